/** Fewer bytes for the same screen: styles that are switched on and off again with nothing in between are left out. */

// Bold and dim share the code that ends them. Where a style of that kind is still on around such a pair, chalk switches
// it on again right behind, so that leaving the pair out changes nothing.
const emptyPair = /\u001b\[(?:[12]m\u001b\[22m|7m\u001b\[27m|(?:3[0-7]|9[0-7]|38;[\d;]+)m\u001b\[39m)/g;
/** Styles nest three deep at the most: colour within inverse within bold. */
const nestingMost = 4;

export function squeeze(output: string): string {
  let squeezed = output;
  for (let depth = 0; depth < nestingMost; depth++) {
    const next = squeezed.replace(emptyPair, '');
    if (next.length === squeezed.length) break;
    squeezed = next;
  }
  return squeezed;
}
