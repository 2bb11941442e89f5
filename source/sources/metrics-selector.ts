/** Which series of a /metrics page is meant: a name, and what its labels must be, as PromQL writes it. */

export interface Selector {
  readonly name: string;
  /** Whether these labels are of the series that is meant. */
  matches(labels: Labels): boolean;
}

export type Labels = Readonly<Record<string, string>>;

const name = /^[a-zA-Z_:][\w:]*/;
const matcher = /^\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\s*/;

/** `http_requests_total{code=~"5.."}`; the words of what is wrong with anything else. */
export function parseSelector(text: string): Selector | {readonly wrong: string} {
  const [found] = name.exec(text.trim()) ?? [];
  if (found === undefined) return {wrong: 'is no series: expected a name such as http_requests_total{code="200"}'};
  const rest = text.trim().slice(found.length).trim();
  if (rest === '') return {name: found, matches: () => true};
  if (/[[(]/.test(rest.charAt(0))) return {wrong: 'is a query: only a Prometheus can answer it (source: prometheus)'};
  if (!rest.startsWith('{') || !rest.endsWith('}')) return {wrong: `has “${rest.slice(0, 24)}” after its name: expected {label="value"}`};
  return labelledSelector(found, rest.slice(1, -1));
}

function labelledSelector(series: string, text: string): ReturnType<typeof parseSelector> {
  const tests: ((labels: Labels) => boolean)[] = [];
  let rest = text;
  while (rest.trim() !== '') {
    const match = matcher.exec(rest);
    if (!match) return {wrong: `has “${rest.trim().slice(0, 24)}” among its labels: expected label="value"`};
    const [all, label = '', operator, double, single = ''] = match;
    const test = valueTest(operator ?? '', unescaped(double ?? single));
    if (!test) return {wrong: `asks ${label} to be like “${(double ?? single).slice(0, 24)}”, which is no regular expression`};
    // A label that isn't there is the same as an empty one.
    tests.push(labels => test((Object.hasOwn(labels, label) ? labels[label] : undefined) ?? ''));
    rest = rest.slice(all.length);
    if (rest.startsWith(',')) rest = rest.slice(1);
    else if (rest !== '') return {wrong: `has “${rest.slice(0, 24)}” among its labels: expected a comma`};
  }
  return {name: series, matches: labels => tests.every(test => test(labels))};
}

function valueTest(operator: string, wanted: string): ((value: string) => boolean) | null {
  if (operator === '=') return value => value === wanted;
  if (operator === '!=') return value => value !== wanted;
  try {
    const pattern = new RegExp(`^(?:${wanted})$`, 's');
    return value => pattern.test(value) === (operator === '=~');
  } catch {
    return null;
  }
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_all, letter: string) => (letter === 'n' ? '\n' : letter));
}
