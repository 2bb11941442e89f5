/** One page that needs nothing else: styles, data, the charting library and the script that draws, all inside, no network. */
import {createHash} from 'node:crypto';
import libraryStyle from 'uplot/dist/uPlot.min.css?raw';
import library from 'uplot/dist/uPlot.iife.min.js?raw';
import {html, scriptJson} from './escape.ts';
import type {Facts} from './facts.ts';
import draw from './page/charts.js?raw';
import style from './page/report.css?raw';
import {losses, modes, overrides, services, tiles, worstMoments} from './sections.ts';
import {extentWords, lasting, verdict} from './words.ts';

/** More charts than these nobody looks through; the table has every service. */
const chartsMax = 40;

export function page(facts: Facts): string {
  const charted = facts.services.slice(0, chartsMax);
  const styles = `${libraryStyle}\n${style}`;
  const title = facts.project === '' ? 'microscale report' : `${facts.project}: microscale report`;
  const more = facts.services.length - charted.length;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy([library, draw], styles)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${html(title)}</title>
<style>${styles}</style>
</head>
<body>
<header>
<p class="brand">microscale report${facts.dryRun ? ', of a dry run' : ''}</p>
<h1><bdi>${html(facts.project === '' ? 'A recording' : facts.project)}</bdi></h1>
<p class="extent">${html(extentWords(facts))} · ${lasting(facts.to - facts.from)} · ${facts.services.length} services on ${facts.capacity} slots</p>
<p class="verdict">${html(verdict(facts))}</p>
${facts.damage === null ? '' : `<p class="damage" role="alert">${html(facts.damage)}</p>`}
</header>
<main>
<section aria-labelledby="score"><h2 id="score">Score</h2><dl class="tiles">
${tiles(facts)}
</dl></section>
<section aria-labelledby="slots"><h2 id="slots">Who had the slots</h2><figure class="chart" data-chart="slots"></figure>
${facts.modes.items.length === 0 ? '' : '<p class="remark">The strip above shows when a mode held.</p>'}</section>
<section aria-labelledby="worst"><h2 id="worst">The worst moments of priority 1</h2>
${worstMoments(facts)}
</section>
<section aria-labelledby="each"><h2 id="each">Each service over time</h2>
<p class="remark">Each point is an average over ${lasting(facts.series.everyMs)}, and the paler red is the most that was missing at any moment of it. An override of the service is shaded. Drag to look closer, double-click to go back.</p>
<div class="services">
${charted.map((service, index) => `<figure class="chart" data-chart="service" data-service="${index}"><figcaption><bdi>${html(service.name)}</bdi> <span class="remark">priority ${service.priority}${service.fills ? ', fills' : ''}</span></figcaption></figure>`).join('\n')}
</div>
${more > 0 ? `<p class="remark">${more} more services are in the table only.</p>` : ''}
${services(facts)}
</section>
<section aria-labelledby="overrides"><h2 id="overrides">Who overruled the scaler</h2>
${overrides(facts)}
</section>
<section aria-labelledby="modes"><h2 id="modes">Modes and pauses</h2>
${modes(facts)}
</section>
<section aria-labelledby="losses"><h2 id="losses">What was lost</h2>
${losses(facts)}
</section>
</main>
<footer>
<p>Made from <bdi>${html(facts.file)}</bdi>, ${facts.entries} entries. A shortage is a time in which a service of the best priority ran fewer replicas than it wanted. A handover is from the decision to the moment the last of the new replicas serves. Work held back is the replica-time that fillers ran less than the most that they were given in this recording. Charts by uPlot (MIT).</p>
</footer>
<noscript><p class="damage">The charts are drawn by a script in this page; everything else is here without it.</p></noscript>
<script type="application/json" id="data">${scriptJson(dataOf(facts))}</script>
<script>${library}</script>
<script>${draw}</script>
</body>
</html>
`;
}

/** What the script draws. All services are in the stack; the charts beside it are for the first. */
function dataOf({series, services, clock, timeZone, overrides, modes}: Facts) {
  const seconds = (ms: number) => ms / 1000;
  return {
    clock,
    timeZone,
    everyS: seconds(series.everyMs),
    at: series.at.map(seconds),
    capacity: series.capacity,
    services: services.map(({name, slots, fills, curves: {demand, want, running, missing, missingMost}}, index) => ({
      name,
      slots,
      fills,
      running,
      ...(index < chartsMax && {demand, want, missing, missingMost}),
    })),
    overrides: overrides.items.map(({service, rule, from, to}) => ({
      service,
      rule,
      from: seconds(from),
      to: to === null ? null : seconds(to),
    })),
    modes: modes.items.map(({name, from, to}) => ({name, from: seconds(from), to: to === null ? null : seconds(to)})),
  };
}

/** Nothing is fetched, and only what is in the page now may run: a name that got in as markup could do nothing. */
function policy(scripts: readonly string[], styles: string): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return `default-src 'none'; script-src ${scripts.map(hash).join(' ')}; style-src ${hash(styles)}; base-uri 'none'; form-action 'none'`;
}
