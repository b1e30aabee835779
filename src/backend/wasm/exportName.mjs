/**
 * What the build calls an export of the module: up to three letters or digits made of its name. Names in full were a kilobyte of the module, which has to fit in 64 KiB.
 * Should two names come to the same, the build stops; for a new kernel the chance is 1 in 400, and another prime would do.
 *
 * @param {string} name as assembly/ has it
 */
export function exportName(name) {
  return [...name].reduce((code, letter) => (code * 36 + letter.charCodeAt(0)) % 46649, 0).toString(36);
}
