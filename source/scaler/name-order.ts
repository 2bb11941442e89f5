/** The order of names, remembered: names change with the configuration, and plans are made many times a second. */

let remembered: {readonly names: readonly string[]; readonly order: Uint32Array} = {names: [], order: new Uint32Array()};

/** The places of the names in their order, by UTF-16 code units. The same names give the same order without sorting. */
export function nameOrder(names: readonly string[]): Uint32Array {
  if (names.length !== remembered.names.length || names.some((name, index) => name !== remembered.names[index])) {
    const order = Uint32Array.from(names.keys()).sort((a, b) => compare(names[a] ?? '', names[b] ?? ''));
    remembered = {names, order};
  }
  return remembered.order;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
