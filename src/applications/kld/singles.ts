/** Float32 numbers, as many as come. */
export class Singles {
  #room = new Float32Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#room.length) {
      const wider = new Float32Array(2 * this.#length);
      wider.set(this.#room);
      this.#room = wider;
    }
    this.#room[this.#length++] = value;
  }

  get values(): Float32Array {
    return this.#room.subarray(0, this.#length);
  }
}
