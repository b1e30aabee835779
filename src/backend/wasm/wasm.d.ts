/** The build inlines a `.wasm` file as a function that answers its bytes. */
declare module '*.wasm' {
  const bytes: () => Uint8Array<ArrayBuffer>;
  export default bytes;
}
