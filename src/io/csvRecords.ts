import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { SurprisalError } from '../index.js';
import { delimiterHint } from './columns.js';
import { NumberScanner, parseNumber } from './csvNumber.js';
import { fileError } from './fault.js';

const CHUNK = 1 << 20;
const MAX_RECORD = 1 << 26;
const QUOTE = 34;
const LF = 10;
const CR = 13;

/** What stands where a number is not known, and numbers of another kind: no names of rows. */
const MISSING = /^(?:|na|n\/a|null|none|nil|missing|[-–.?*]+|0x[\da-f]+)$/i;

/** What a column is for: a place in the row of numbers, or one of these. */
const PASS = -1;
const TEXT = -2;

/** Where the rows of one block go. */
export interface RowSink {
  readonly data: Float64Array;
  /** Line on which each row begins. */
  readonly lines: Float64Array;
  readonly ids: string[];
  /** Number of the block's first row in the file. */
  readonly first: number;
  /** How many rows there is room for. */
  readonly count: number;
}

/**
 * Splits a CSV file into records and writes their numbers down, straight from the bytes of one buffer. A record that is not there in full
 * is begun again when more bytes have come, so nothing has to be remembered within it.
 */
export class CsvRecords {
  #taken = 0;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #delimiter: number;
  readonly #scanner = new NumberScanner();
  /** Bytes #at to #end are not used yet; one more is kept for a last LF, and what stands behind #end is never taken for an answer. */
  #bytes = Buffer.alloc(CHUNK + 1);
  #at = 0;
  #end = 0;
  #line = 1;
  #ended = false;
  /** Where the last record began. */
  #lastAt = 0;
  #lastLine = 1;
  /** Line breaks within quotes of the record at hand. */
  #newlines = 0;
  #names: readonly string[] = [];
  /** Whether the record at hand is one of names. */
  #isHeader = false;
  /** What each column is for; empty until columns are chosen, and then every cell is text. */
  #places = new Int32Array(0);
  #cols = 0;

  constructor(path: string, handle: FileHandle, delimiter: string) {
    this.#path = path;
    this.#handle = handle;
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** Bytes of the file that are read and used. */
  get bytesRead(): number {
    return this.#taken - (this.#end - this.#at);
  }

  /** The cells of the first record as text; `undefined` when there is none. */
  async first(isHeader = true): Promise<string[] | undefined> {
    while (this.#end < 3 && (await this.#refill()));
    if (this.#bytes[0] === 0xef && this.#bytes[1] === 0xbb && this.#bytes[2] === 0xbf) this.#at = 3;
    const ids: string[] = [];
    const none = new Float64Array(1);
    this.#isHeader = isHeader;
    const count = await this.read({ data: none, lines: none, ids, first: 0, count: 1 });
    this.#isHeader = false;
    if (count === 0) return undefined;
    if (this.#ended && this.#at === this.#end && ids.some((cell) => /\r(?!\n)/.test(cell)))
      throw fileError(this.#path, 'has lines that end in CR alone: save it with LF or CRLF');
    return ids;
  }

  /** Takes the first record back: it was data. */
  rewind(): void {
    this.#at = this.#lastAt;
    this.#line = this.#lastLine;
  }

  /** Sets what the columns are for: `columns` give the row's numbers in their order, `id` is carried as text (-1: none). */
  choose(names: readonly string[], columns: readonly number[], id: number): void {
    this.#names = names;
    this.#cols = columns.length;
    this.#places = new Int32Array(names.length).fill(PASS);
    for (const [place, column] of columns.entries()) this.#places[column] = place;
    if (id >= 0) this.#places[id] = TEXT;
  }

  /** Reads records until the sink is full or the file ends; returns how many there were. */
  async read(sink: RowSink): Promise<number> {
    for (let row = 0; ; ) {
      while (row < sink.count && this.#record(sink, row)) row++;
      if (row === sink.count) return row;
      if (await this.#refill()) continue;
      if (this.#at < this.#end) throw fileError(this.#path, `line ${this.#line}: a quoted cell is never closed`);
      return row;
    }
  }

  /** Brings more bytes behind those not used yet; false at the end of the file. */
  async #refill(): Promise<boolean> {
    if (this.#ended) return false;
    this.#bytes.copyWithin(0, this.#at, this.#end);
    this.#end -= this.#at;
    this.#at = 0;
    const room = this.#bytes.length - 1;
    if (2 * this.#end > room) {
      if (room >= MAX_RECORD)
        throw fileError(this.#path, `line ${this.#line} is longer than ${MAX_RECORD / 2} bytes: is a quote left open?`);
      this.#bytes = Buffer.concat([this.#bytes], 2 * room + 1);
    }
    const { bytesRead } = await this.#handle.read(this.#bytes, this.#end, this.#bytes.length - 1 - this.#end);
    this.#end += bytesRead;
    this.#taken += bytesRead;
    if (bytesRead > 0) return true;
    this.#ended = true;
    if (this.#end === 0 || this.#bytes[this.#end - 1] === LF) return false;
    this.#bytes[this.#end++] = LF;
    return true;
  }

  /** Reads one record into row `row` of the sink; false when it is not there in full. */
  #record(sink: RowSink, row: number): boolean {
    if (!this.#passEmptyLines()) return false;
    const bytes = this.#bytes;
    const end = this.#end;
    const places = this.#places;
    const width = places.length;
    const scanner = this.#scanner;
    const from = row * this.#cols;
    let at = this.#at;
    this.#newlines = 0;
    for (let column = 0; ; column++) {
      const place = column < width ? (places[column] as number) : width === 0 ? TEXT : PASS;
      let stop = at;
      if (place >= 0) {
        const value = scanner.scan(bytes, at);
        if (!Number.isNaN(value)) {
          sink.data[from + place] = value;
          stop = scanner.end;
          if (bytes[stop] === CR) stop++;
        }
      }
      // What the scanner did not take to the end of its cell: text, quotes, spaces, long or odd numbers.
      if (stop === at || !(bytes[stop] === this.#delimiter || bytes[stop] === LF)) {
        stop = this.#cellEnd(at, end);
        if (stop < end && place !== PASS) this.#putText(sink, row, column, place, at, stop);
      }
      if (stop >= end) return false;
      at = stop + 1;
      if (bytes[stop] === LF) {
        if (width > 0 && column !== width - 1)
          throw this.#fault(sink, row, `has ${column + 1} cells where the header has ${width}${delimiterHint(this.#names)}`);
        break;
      }
    }
    sink.lines[row] = this.#line;
    this.#lastLine = this.#line;
    this.#lastAt = this.#at;
    this.#line += 1 + this.#newlines;
    this.#at = at;
    return true;
  }

  /** Steps over empty lines; false when no byte is left. */
  #passEmptyLines(): boolean {
    for (; this.#at < this.#end; this.#line++) {
      const cr = this.#bytes[this.#at] === CR && this.#at + 1 < this.#end ? 1 : 0;
      if (this.#bytes[this.#at + cr] !== LF) return true;
      this.#at += cr + 1;
    }
    return false;
  }

  /** Where the cell that begins at `at` ends: at a delimiter or LF outside quotes, or at `end`. */
  #cellEnd(at: number, end: number): number {
    const bytes = this.#bytes;
    let i = at;
    if (bytes[i] === QUOTE) {
      do {
        for (i++; i < end && bytes[i] !== QUOTE; i++) if (bytes[i] === LF) this.#newlines++;
      } while (++i < end && bytes[i] === QUOTE);
    }
    while (i < end && bytes[i] !== this.#delimiter && bytes[i] !== LF) i++;
    return i;
  }

  /** Writes down a cell that was read as text. */
  #putText(sink: RowSink, row: number, column: number, place: number, at: number, stop: number): void {
    let text = this.#bytes.toString('utf8', at, stop);
    // Each byte that is none would be the same mark, and names that differ in them alone the same name.
    if (text.includes('\ufffd') && !isUtf8(this.#bytes.subarray(at, stop)))
      throw this.#fault(
        sink,
        row,
        `${this.#naming(column)}expected UTF-8, got ${JSON.stringify(text.slice(0, 40))}: save the file in UTF-8`,
      );
    if (this.#bytes[stop] === LF && text.endsWith('\r')) text = text.slice(0, -1);
    if (text.startsWith('"')) {
      if (!/^"(?:[^"]|"")*"$/.test(text)) throw this.#fault(sink, row, `${this.#naming(column)}text stands after a closing quote`);
      text = text.slice(1, -1).replaceAll('""', '"');
    }
    if (place === TEXT) {
      sink.ids[row + (this.#places.length === 0 ? column : 0)] = text;
      return;
    }
    const value = parseNumber(text);
    if (value === undefined) throw this.#numberFault(sink, row, column, text);
    sink.data[row * this.#cols + place] = value;
  }

  #numberFault(sink: RowSink, row: number, column: number, text: string): SurprisalError {
    const got = text.trim() === '' ? 'an empty cell' : JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
    const marks = /^[\s+-]*\d[\d.,]*$/.test(text) ? ': numbers have a point before their decimals, and no other mark' : '';
    // Text in the first row is text in every row, most likely.
    const ids = sink.first + row === 0 && !MISSING.test(text.trim()) ? ': a column that names the rows goes to --id' : '';
    const hint = delimiterHint(this.#names, text) || marks || ids;
    const message = `${this.#path}: line ${this.#line}, row ${sink.first + row}, ${this.#naming(column)}expected a number, got ${got}${hint}`;
    return new SurprisalError('ERR_FILE', message, { row: sink.first + row, column, value: text, expected: 'a number' });
  }

  #fault(sink: RowSink, row: number, what: string): SurprisalError {
    if (this.#isHeader) return fileError(this.#path, `line ${this.#line}, the header: ${what}`);
    return fileError(this.#path, `line ${this.#line}, row ${sink.first + row}: ${what}`, { row: sink.first + row });
  }

  #naming(column: number): string {
    const name = this.#names[column];
    return name === undefined ? `column ${column} (counted from 0): ` : `column "${name}": `;
  }
}
