/** The parts of the page that are words and tables: HTML from facts, every text escaped. The charts draw themselves. */
import {html} from './escape.ts';
import type {Facts, Listed, Shortage} from './facts.ts';
import {amount, lasting, momentsOf, replicaTime, share, spanWords, type Moments} from './words.ts';

export function tiles({score, handovers, shortages, heldBackMs}: Facts): string {
  const worst = score.worstShortfall;
  const all: readonly (readonly [title: string, value: string, remark: string, kind: string])[] = [
    ['Demand met', share(score.metMs, score.ms), 'of the time, for priority 1', score.metMs / score.ms >= 0.99 ? 'good' : 'bad'],
    ['Slots full', share(score.runningSlotMs, score.capacitySlotMs), 'running, of what the host holds', ''],
    ['Both', share(score.wonMs, score.ms), 'met, and no usable slot free', ''],
    ['Handover', lasting(handovers.p50Ms), `p50; p95 ${lasting(handovers.p95Ms)}, of ${handovers.count}`, ''],
    [
      'Worst shortfall',
      worst ? amount(worst.replicas) : 'none',
      worst ? `of ${html(worst.service)}` : 'priority 1 was never short',
      worst ? 'bad' : 'good',
    ],
    ['Short in all', lasting(shortages.ms), `in ${shortages.count} shortage${shortages.count === 1 ? '' : 's'} of priority 1`, ''],
    [
      'Work held back',
      heldBackMs === 0 ? 'none' : amount(heldBackMs / 3_600_000),
      heldBackMs === 0 ? '' : 'replica-hours that fillers gave up',
      '',
    ],
    ['Replicas', amount(score.started), `started, ${amount(score.stopped)} stopped`, ''],
  ];
  return all
    .map(
      ([title, value, remark, kind]) =>
        `<div class="tile ${kind}"><dt>${title}</dt><dd>${value}</dd><dd class="remark">${remark}</dd></div>`,
    )
    .join('\n');
}

export function worstMoments(facts: Facts): string {
  const {worst, count} = facts.shortages;
  if (worst.length === 0) return '<p class="none">Priority 1 was never short.</p>';
  const moments = momentsOf(facts);
  const shown =
    worst.length < count ? `<p class="remark">The longest and the deepest of ${count}, the most missing replica-time first.</p>` : '';
  return `${shown}<div class="moments">${worst.map(shortage => moment(shortage, moments)).join('\n')}</div>`;
}

function moment(shortage: Shortage, moments: Moments): string {
  const {service, missing, want, running, ms, replicaMs, worstAt, causes, why, events} = shortage;
  const told = events.map(({at, about, words}) => `<li><time>${moments.time(at)}</time> <bdi>${html(about)}</bdi> ${html(words)}</li>`);
  return `<article class="moment">
<h3><bdi>${html(service)}</bdi> short of ${missing}<span class="lasted">${lasting(ms)}</span></h3>
<p class="when">${spanWords(shortage, moments)}; at worst ${running} of ${want} at ${moments.time(worstAt)}; ${replicaTime(replicaMs)} missing</p>
<ul class="causes">${causes.map(cause => `<li>${html(cause)}</li>`).join('')}</ul>
${why === '' ? '' : `<p class="why"><b>The plan said</b> ${html(why)}</p>`}
${told.length === 0 ? '' : `<details><summary>What was told around it</summary><ol>${told.join('')}</ol></details>`}
</article>`;
}

export function overrides(facts: Facts): string {
  const moments = momentsOf(facts);
  return table(
    ['Service', 'Override', 'By', 'From', 'To', 'Ended', 'Why'],
    facts.overrides,
    ({service, rule, owner, note, from, to, ended}) => [
      `<bdi>${html(service)}</bdi>`,
      html(rule),
      `<bdi>${html(owner)}</bdi>`,
      moments.moment(from),
      to === null ? 'stands' : moments.moment(to),
      html(ended),
      note === '' ? '–' : `<bdi>${html(note)}</bdi>`,
    ],
    'Nobody overruled the scaler.',
  );
}

export function modes(facts: Facts): string {
  const moments = momentsOf(facts);
  const rows = [
    ...facts.modes.items.map(({name, why, from, to}) => ({what: `<bdi>${html(name)}</bdi>`, why: html(why), from, to})),
    ...facts.pauses.items.map(({by, from, to}) => ({what: 'scaler paused', why: `by <bdi>${html(by)}</bdi>`, from, to})),
  ].toSorted((a, b) => a.from - b.from);
  return table(
    ['Mode', 'From', 'To', 'Lasted', 'Why'],
    {items: rows, leftOut: facts.modes.leftOut + facts.pauses.leftOut},
    ({what, why, from, to}) => [
      what,
      moments.moment(from),
      to === null ? 'holds' : moments.moment(to),
      lasting((to ?? facts.to) - from),
      why,
    ],
    'The normal mode held all the time, and nobody paused the scaler.',
  );
}

const lossWords = {host: 'Host', source: 'Source', lease: 'Right to act', replicas: 'Replicas'} as const;

export function losses(facts: Facts): string {
  const moments = momentsOf(facts);
  return table(
    ['Lost', 'Of', 'From', 'To', 'Lasted', 'Reason'],
    facts.losses,
    ({kind, about, reason, from, to}) => [
      lossWords[kind],
      kind === 'source' || kind === 'replicas' ? `<bdi>${html(about)}</bdi>` : '–',
      moments.moment(from),
      to === null ? 'still' : moments.moment(to),
      lasting((to ?? facts.to) - from),
      html(reason),
    ],
    'Nothing was lost: neither the host, nor a source, nor the right to act.',
  );
}

export function services({services}: Facts): string {
  return table(
    [
      'Service',
      'Priority',
      'Demand, most',
      'Wanted, most',
      'Ran, mean',
      'Ran, most',
      'Short for',
      'Missing',
      'Held back',
      'Handover p50',
      'p95',
    ],
    {items: services, leftOut: 0},
    service => [
      `<bdi>${html(service.name)}</bdi>`,
      service.fills ? `${service.priority}, fills` : String(service.priority),
      amount(service.demandMost),
      amount(service.wantMost),
      amount(service.runningMean),
      amount(service.runningMost),
      service.fills ? '–' : lasting(service.shortMs),
      service.fills ? '–' : replicaTime(service.missingReplicaMs),
      service.fills ? replicaTime(service.heldBackMs) : '–',
      lasting(service.handovers.p50Ms),
      lasting(service.handovers.p95Ms),
    ],
    'No service was configured.',
  );
}

function table<Item>(
  heads: readonly string[],
  {items, leftOut}: Listed<Item>,
  row: (item: Item) => readonly string[],
  none: string,
): string {
  if (items.length === 0) return `<p class="none">${none}</p>`;
  const rows = items.map(
    item =>
      `<tr>${row(item)
        .map(cell => `<td>${cell}</td>`)
        .join('')}</tr>`,
  );
  const more = leftOut === 0 ? '' : `<p class="remark">${leftOut} more are left out.</p>`;
  return `<div class="wide"><table><thead><tr>${heads.map(head => `<th scope="col">${head}</th>`).join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>${more}`;
}
