/** The same facts for a chat, a ticket or a wiki. */
import {markdown as plain} from './escape.ts';
import type {Facts, Listed} from './facts.ts';
import {amount, extentWords, lasting, momentsOf, replicaTime, share, spanWords, verdict} from './words.ts';

export function markdown(facts: Facts): string {
  const {score, handovers, shortages, heldBackMs} = facts;
  const moments = momentsOf(facts);
  const lines = [
    `# ${facts.project === '' ? 'microscale report' : `${plain(facts.project)}: microscale report`}`,
    '',
    `${plain(extentWords(facts))}, ${lasting(facts.to - facts.from)}, ${facts.services.length} services on ${facts.capacity} slots${facts.dryRun ? ', a dry run' : ''}`,
    '',
    plain(verdict(facts)),
    '',
    ...(facts.damage === null ? [] : [`> ${plain(facts.damage)}`, '']),
    '## Score',
    '',
    ...rows(
      ['What', 'How much'],
      {
        items: [
          ['Demand met (priority 1)', `${share(score.metMs, score.ms)} of the time`],
          ['Slots full', share(score.runningSlotMs, score.capacitySlotMs)],
          ['Both', `${share(score.wonMs, score.ms)} of the time`],
          ['Handover', `p50 ${lasting(handovers.p50Ms)}, p95 ${lasting(handovers.p95Ms)}, of ${handovers.count}`],
          ['Worst shortfall', score.worstShortfall ? `${score.worstShortfall.replicas} of ${plain(score.worstShortfall.service)}` : 'none'],
          ['Short in all', `${lasting(shortages.ms)} in ${shortages.count} shortages`],
          ['Work held back', replicaTime(heldBackMs)],
          ['Replicas', `${score.started} started, ${score.stopped} stopped`],
        ],
        leftOut: 0,
      },
      row => row,
    ),
    '## The worst moments of priority 1',
    '',
    ...(shortages.worst.length === 0 ? ['Priority 1 was never short.', ''] : []),
    ...shortages.worst.flatMap(shortage => [
      `- **${plain(shortage.service)} short of ${shortage.missing}** for ${lasting(shortage.ms)}, ${spanWords(shortage, moments)}; at worst ${shortage.running} of ${shortage.want} at ${moments.time(shortage.worstAt)}`,
      ...shortage.causes.map(cause => `  - ${plain(cause)}`),
    ]),
    ...(shortages.worst.length === 0 ? [] : ['']),
    '## Services',
    '',
    ...rows(
      ['Service', 'Priority', 'Wanted, most', 'Ran, mean', 'Ran, most', 'Short for', 'Missing', 'Held back', 'Handover p50', 'p95'],
      {items: facts.services, leftOut: 0},
      service => [
        plain(service.name),
        service.fills ? `${service.priority}, fills` : String(service.priority),
        amount(service.wantMost),
        amount(service.runningMean),
        amount(service.runningMost),
        service.fills ? '–' : lasting(service.shortMs),
        service.fills ? '–' : replicaTime(service.missingReplicaMs),
        service.fills ? replicaTime(service.heldBackMs) : '–',
        lasting(service.handovers.p50Ms),
        lasting(service.handovers.p95Ms),
      ],
    ),
    '## Who overruled the scaler',
    '',
    ...rows(['Service', 'Override', 'By', 'From–to', 'Ended', 'Why'], facts.overrides, one => [
      plain(one.service),
      plain(one.rule),
      plain(one.owner),
      spanWords(one, moments),
      plain(one.ended),
      plain(one.note),
    ]),
    '## Modes and pauses',
    '',
    ...rows(
      ['Mode', 'From–to', 'Why'],
      {
        items: [
          ...facts.modes.items.map(one => [plain(one.name), spanWords(one, moments), plain(one.why)]),
          ...facts.pauses.items.map(one => ['scaler paused', spanWords(one, moments), `by ${plain(one.by)}`]),
        ],
        leftOut: facts.modes.leftOut + facts.pauses.leftOut,
      },
      row => row,
    ),
    '## What was lost',
    '',
    ...rows(['Lost', 'Of', 'From–to', 'Lasted', 'Reason'], facts.losses, one => [
      one.kind,
      plain(one.about),
      spanWords(one, moments),
      lasting((one.to ?? facts.to) - one.from),
      plain(one.reason),
    ]),
  ];
  return lines.join('\n').trimEnd();
}

function rows<Item>(heads: readonly string[], {items, leftOut}: Listed<Item>, row: (item: Item) => readonly string[]): readonly string[] {
  if (items.length === 0) return ['None.', ''];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(heads),
    line(heads.map(() => '---')),
    ...items.map(item => line(row(item))),
    ...(leftOut === 0 ? [] : ['', `${leftOut} more are left out.`]),
    '',
  ];
}
