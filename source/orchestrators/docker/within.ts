/** A call that may take only so long: an engine that accepts and never answers is as good as none. */

/** Aborts the call's signal and rejects with ETIMEDOUT when the time is over. */
export async function within<Value>(limitMs: number, call: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const overtime = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const words = limitMs < 1000 ? `${limitMs} ms` : `${Math.round(limitMs / 1000)} s`;
      reject(Object.assign(new Error(`no answer within ${words}`), {code: 'ETIMEDOUT'}));
      controller.abort();
    }, limitMs);
  });
  try {
    return await Promise.race([call(controller.signal), overtime]);
  } finally {
    clearTimeout(timer);
  }
}
