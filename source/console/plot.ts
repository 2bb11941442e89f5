/** A line over a range of numbers, for what is printed rather than drawn live. Lines by asciichart; labels here. */
import asciichart from 'asciichart';

export interface Plot {
  readonly title: string;
  /** One label for each value. */
  readonly labels: readonly string[];
  readonly values: readonly number[];
  /** Written after each number of the scale, such as `h`. */
  readonly unit: string;
  readonly unicode: boolean;
}

const height = 8;
const widthMax = 72;

/** The title, the line with its scale to the left, and the labels under it. */
export function plotLines({title, labels, values, unit, unicode}: Plot): readonly string[] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  // A level line still needs a scale that has a height.
  const [min, max] = most - least < 1e-9 ? [least - 0.5, least + 0.5] : [least, most];
  const decimals = decimalsFor(min, max);
  const format = (value: number) => `${value.toFixed(decimals)} ${unit}`;
  const scale = Math.max(format(min).length, format(max).length);
  const widest = Math.max(...labels.map(label => label.length)) + 1;
  const columns = Math.max(1, Math.min(widest + 1, Math.floor(widthMax / values.length)));
  const series = values.flatMap(value => Array.from({length: columns}, () => value));
  // One value more than columns, since asciichart draws the steps between values.
  const plotted = asciichart.plot([[series[0] ?? 0, ...series]], {
    min,
    max,
    height,
    offset: 2,
    format: value => format(value).padStart(scale),
    ...(unicode ? {} : {symbols: ['|', '|', '-', '-', '-', '\\', '/', '\\', '/', '|']}),
  });
  const every = Math.max(1, Math.ceil(widest / columns));
  let axis = '';
  for (const [index, label] of labels.entries()) if (index % every === 0) axis = axis.padEnd(index * columns) + label;
  return [title, ...plotted.split('\n').map((line: string) => line.trimEnd()), `${' '.repeat(scale + 2)}${axis}`];
}

const decimalsMost = 6;

/** As few as tell the rows of the scale apart. */
function decimalsFor(min: number, max: number): number {
  const rows = Array.from({length: height + 1}, (_, row) => min + ((max - min) * row) / height);
  const apart = (decimals: number) => new Set(rows.map(value => value.toFixed(decimals))).size === rows.length;
  let decimals = 1;
  while (decimals < decimalsMost && !apart(decimals)) decimals++;
  return decimals;
}
