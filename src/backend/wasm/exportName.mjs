/**
 * What the build calls an export of the module: two letters or digits made of its name. Names in full were a kilobyte of the module, which has to fit in 64 KiB.
 * Where two names come to the same the build stops: then another factor has to be found.
 *
 * @param {string} name as assembly/ has it
 */
export function exportName(name) {
  let code = 0;
  for (let i = 0; i < name.length; i++) code = (code * 36 + name.charCodeAt(i)) % 1295;
  return code.toString(36);
}
