/**
 * What the build calls an export of the module: two letters or digits made of its name. Names in full were a kilobyte of the module, which has to fit in 64 KiB.
 * Where two names come to the same the build stops: then another factor has to be found.
 *
 * @param {string} name as assembly/ has it
 */
export function exportName(name) {
  return [...name].reduce((code, letter) => (code * 36 + letter.charCodeAt(0)) % 1295, 0).toString(36);
}
