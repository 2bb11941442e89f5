/**
 * Ink's output with a short cut, put in its place by the bundler. Ink lays every frame out cell by cell, which at 140×40
 * costs 20 ms. Our frames are whole rows that are already as wide as they should be: rows like that are taken as they
 * stand, and anything else goes Ink's way.
 */
import Output from 'ink-output-itself';

export default class RowOutput extends Output {
  override get(): {output: string; height: number} {
    const rows = Array.from({length: this.height}, () => '');
    for (const operation of this.operations) {
      if (operation.type !== 'write' || operation.x !== 0) return super.get();
      for (const [index, line] of operation.text.split('\n').entries()) {
        const row = operation.y + index;
        if (rows[row] !== '') return super.get();
        rows[row] = operation.transformers.reduce((text, transform) => transform(text, index), line).trimEnd();
      }
    }
    return {output: rows.join('\n'), height: this.height};
  }
}
