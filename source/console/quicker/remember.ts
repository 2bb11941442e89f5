/** A bounded memory for a pure function of one string: two generations, so that what is used stays. */

export function remember<Result>(compute: (text: string) => Result, most: number): (text: string) => Result {
  let young = new Map<string, Result>();
  let old = new Map<string, Result>();
  return text => {
    let result = young.get(text);
    if (result !== undefined) return result;
    result = old.get(text) ?? compute(text);
    young.set(text, result);
    if (young.size >= most) {
      old = young;
      young = new Map();
    }
    return result;
  };
}
