/** Where the memory that JavaScript may write begins: above the constants and tables of this module. */
export function heap_base(): usize {
  return __heap_base;
}
