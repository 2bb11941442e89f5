/** Draws the charts of a report in a browser, from the data in the page. It knows no server and asks for nothing. */
(() => {
  const root = document.documentElement;
  const data = JSON.parse(document.getElementById('data').textContent);
  const figures = [...document.querySelectorAll('figure[data-chart]')];
  const charts = [];
  /** What differs by theme is asked for at each drawing. */
  const color = name => () => getComputedStyle(root).getPropertyValue(name).trim();
  const colors = 8;
  const stackedMax = 12;
  const printedWidth = 690;
  const heights = {slots: 300, service: 210};
  const stepped = uPlot.paths.stepped({align: 1});
  const counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 1000000, 10000000];

  const two = number => String(number).padStart(2, '0');
  const elapsed = seconds => `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`;
  const formats = new Map();
  const formatted = (seconds, options) => {
    const key = JSON.stringify(options);
    if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat('en-GB', {...options, timeZone: data.timeZone}));
    return formats.get(key).format(new Date(seconds * 1000));
  };
  /** A moment on the axis: as exact as the distance between two of them asks for. */
  const tick = (seconds, everyS) => {
    if (data.clock === 'elapsed') return elapsed(seconds) + (everyS < 60 ? `:${two(Math.floor(seconds) % 60)}` : '');
    if (everyS >= 86400) return formatted(seconds, {day: 'numeric', month: 'short'});
    return formatted(seconds, {timeStyle: everyS < 60 ? 'medium' : 'short'});
  };
  const moment = seconds => {
    if (data.clock === 'elapsed') return `${elapsed(seconds)}:${two(Math.floor(seconds) % 60)}`;
    return formatted(seconds, {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit'});
  };
  const shortName = name => {
    const characters = [...name];
    return characters.length > 24 ? `${characters.slice(0, 23).join('')}…` : name;
  };
  const unknown = value => value === null || value === undefined;
  const number = value => (unknown(value) ? '–' : String(Math.round(value * 10) / 10));

  const axis = more => ({
    stroke: color('--quiet'),
    grid: {stroke: color('--line'), width: 1},
    ticks: {stroke: color('--line'), width: 1, size: 4},
    font: '12px system-ui, sans-serif',
    ...more,
  });
  const timeAxis = axis({
    values: (_chart, splits, _axis, _space, everyS) => splits.map(seconds => tick(seconds, everyS)),
    space: 80,
    size: 34,
  });
  const common = (figure, height, right) => ({
    width: Math.max(280, figure.clientWidth),
    height,
    tzDate: seconds => uPlot.tzDate(new Date(seconds * 1000), data.clock === 'elapsed' ? 'Etc/UTC' : data.timeZone),
    cursor: {sync: {key: 'microscale'}, points: {size: 6}},
    padding: [12, right, 0, 0],
  });
  const fromZero = (_chart, _least, most) => [0, Math.max(1, (most ?? 1) * 1.08)];

  /** Colours what held from one moment to another, behind the curves. */
  const shade = (spans, paint) => chart => {
    const {ctx, bbox} = chart;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (const span of spans) {
      const left = chart.valToPos(span.from, 'x', true);
      const right = chart.valToPos(span.to ?? data.at[data.at.length - 1] + data.everyS, 'x', true);
      paint(ctx, {left, width: Math.max(2, right - left), top: bbox.top, height: bbox.height}, span);
    }
    ctx.restore();
  };

  /** The last value holds until the recording ends. */
  const extended = values => [...values, values[values.length - 1] ?? null];
  const at = [...data.at, data.at[data.at.length - 1] + data.everyS];

  function drawSlots(figure) {
    const shown = data.services.length <= stackedMax ? data.services : data.services.slice(0, stackedMax - 1);
    const rest = data.services.slice(shown.length);
    const layers = shown.map(({name, slots, running}, index) => ({
      name: shortName(name),
      color: `--s${(index % colors) + 1}`,
      values: running.map(value => (value ?? 0) * slots),
    }));
    if (rest.length > 0) {
      const values = data.at.map((_, place) => rest.reduce((sum, {slots, running}) => sum + (running[place] ?? 0) * slots, 0));
      layers.push({name: `${rest.length} others`, color: '--quiet', values});
    }
    const heaps = [];
    for (const [index, {values}] of layers.entries()) {
      heaps.push(values.map((value, place) => value + (index === 0 ? 0 : heaps[index - 1][place])));
    }
    // From the top down: each layer is drawn over the one that holds it.
    const order = layers.map((_, index) => layers.length - 1 - index);
    const own = index => (chart, _value, _series, place) => (unknown(place) ? '–' : number(extended(layers[index].values)[place]));
    return new uPlot(
      {
        ...common(figure, heights.slots, 24),
        scales: {x: {time: true}, y: {range: fromZero}},
        axes: [timeAxis, axis({incrs: counts, size: 44, label: 'slots', labelSize: 18, labelFont: '12px system-ui, sans-serif'})],
        series: [
          {label: 'Time', value: (_chart, value) => (unknown(value) ? '–' : moment(value))},
          {label: 'capacity', stroke: color('--ink'), width: 1.5, dash: [6, 4], paths: stepped, points: {show: false}},
          ...order.map(index => ({
            label: layers[index].name,
            stroke: color(layers[index].color),
            width: 1,
            fill: color(layers[index].color),
            paths: stepped,
            points: {show: false},
            value: own(index),
          })),
        ],
        hooks: {
          draw: [
            shade(data.modes, (ctx, {left, width, top}, {name}) => {
              ctx.fillStyle = color('--mode')();
              ctx.fillRect(left, top, width, 14 * devicePixelRatio);
              ctx.fillStyle = color('--ink')();
              ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
              ctx.textBaseline = 'middle';
              if (width > 40 * devicePixelRatio)
                ctx.fillText(shortName(name), left + 4 * devicePixelRatio, top + 7 * devicePixelRatio, width);
            }),
          ],
        },
      },
      [at, extended(data.capacity), ...order.map(index => extended(heaps[index]))],
      figure,
    );
  }

  function drawService(figure) {
    const {name, fills, demand, want, running, missing, missingMost} = data.services[Number(figure.dataset.service)];
    const mine = data.overrides.filter(override => override.service === name);
    const demanded = demand.some(value => value !== null);
    const lines = [
      {label: 'running', stroke: color('--running'), fill: color('--running-fill'), width: 1.5, scale: 'y', values: running},
      ...(fills
        ? []
        : [
            {
              label: 'missing at most',
              stroke: color('--missing-most'),
              fill: color('--missing-most'),
              width: 0,
              scale: 'y',
              values: missingMost,
            },
            {label: 'missing', stroke: color('--missing'), fill: color('--missing'), width: 0, scale: 'y', values: missing},
          ]),
      ...(fills ? [] : [{label: 'want', stroke: color('--want'), width: 2, scale: 'y', values: want}]),
      ...(demanded ? [{label: 'demand', stroke: color('--demand'), width: 1.25, dash: [3, 3], scale: 'demand', values: demand}] : []),
    ];
    return new uPlot(
      {
        ...common(figure, heights.service, demanded ? 8 : 24),
        scales: {x: {time: true}, y: {range: fromZero}, demand: {range: fromZero}},
        axes: [
          timeAxis,
          axis({incrs: counts, size: 44}),
          ...(demanded ? [axis({scale: 'demand', side: 1, size: 48, grid: {show: false}, stroke: color('--demand')})] : []),
        ],
        series: [
          {label: 'Time', value: (_chart, value) => (unknown(value) ? '–' : moment(value))},
          ...lines.map(({values: _values, ...line}) => ({
            ...line,
            paths: stepped,
            points: {show: false},
            value: (_chart, value) => number(value),
          })),
        ],
        hooks: {
          drawClear: [
            shade(mine, (ctx, {left, width, top, height}) => {
              ctx.fillStyle = color('--override')();
              ctx.fillRect(left, top, width, height);
            }),
          ],
        },
      },
      [at, ...lines.map(({values}) => extended(values))],
      figure,
    );
  }

  const failed = error => {
    root.dataset.trouble = String(error && error.message ? error.message : error);
  };
  addEventListener('error', event => failed(event.error ?? event.message));

  for (const figure of figures) {
    try {
      const chart = (figure.dataset.chart === 'slots' ? drawSlots : drawService)(figure);
      charts.push({figure, chart});
    } catch (error) {
      failed(error);
      figure.append('This chart could not be drawn.');
    }
  }

  const redraw = () => {
    for (const {chart} of charts) chart.redraw(false, true);
  };
  const fit = width => {
    for (const {figure, chart} of charts)
      chart.setSize({width: width ?? Math.max(280, figure.clientWidth), height: heights[figure.dataset.chart]});
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  addEventListener('resize', () => fit());
  // On paper it is always light, and as wide as a sheet.
  addEventListener('beforeprint', () => {
    root.dataset.print = 'yes';
    for (const details of document.querySelectorAll('details')) details.open = true;
    fit(printedWidth);
    redraw();
  });
  addEventListener('afterprint', () => {
    delete root.dataset.print;
    fit();
    redraw();
  });

  // uPlot draws once the script has come to its end.
  setTimeout(() => {
    root.dataset.charts = `${charts.filter(({chart}) => chart.status === 1).length} of ${figures.length}`;
  });
})();
