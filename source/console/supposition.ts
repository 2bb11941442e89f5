/** What an operator typed after `w`, as what is to be supposed; what it can't be, in words. */
import {clean} from '../clean.ts';
import type {Update} from '../ports.ts';
import type {Service} from '../scaler/fleet.ts';
import type {Supposition, WhichDemand} from '../scaler/what-if.ts';

/** More names than this aren't read in a line. */
const namesMost = 8;

/**
 * `12` is a demand, `2:12` that of the service's second, `c8` or `capacity 8` a capacity, `n2` so many slots lost, `n mgr-2` or
 * `node mgr-2` a node lost, by its name or a beginning that no other has. A string says why it is none of them.
 */
export function readSupposition(typed: string, service: string, {fleet, vitals}: Update): Supposition | string {
  const text = typed.trim();
  const [, capacity] = /^c(?:apacity)?\s*(\d{1,9})$/.exec(text) ?? [];
  if (capacity !== undefined && Number(capacity) > 0) return {kind: 'capacity', slots: Number(capacity)};
  const [, gone, node] = /^(?:n\s*(\S+)|node\s+(\S+))$/.exec(text) ?? [];
  const nodes = vitals.facts?.nodes.map(({name}) => name) ?? [];
  const {nodeSlots} = fleet.settings;
  if (gone !== undefined && /^\d{1,9}$/.test(gone) && !nodes.includes(gone)) return {kind: 'slots-gone', slots: Number(gone)};
  const name = node ?? gone;
  if (name !== undefined) return readNode(name, nodes, nodeSlots);
  const [, place, value] = /^(?:(\d{1,3})\s*:\s*)?(\d{1,9}(?:\.\d+)?)$/.exec(text) ?? [];
  if (value === undefined) return `“${clean(text)}” is no question: 12 a demand, c8 8 slots, n2 2 slots gone, n NAME a node`;
  const found = fleet.services.find(({spec}) => spec.name === service);
  if (!found) return `${clean(service)} is gone`;
  const which = whichDemand(found, place === undefined ? null : Number(place) - 1);
  return typeof which === 'string' ? which : {kind: 'demand', service, which, value: Number(value)};
}

/** What can be typed, with an example each, the likeliest first. */
export function whatIfKeys({demands}: {readonly demands: number}): readonly (readonly [typed: string, meaning: string])[] {
  const others = demands > 1 ? ([['2:12', 'its second']] as const) : [];
  return [['12', 'a demand'], ...others, ['c8', '8 slots'], ['n2', '2 slots gone'], ['n NAME', 'a node gone']];
}

/** A node that is called just so goes before a beginning of a name. */
function readNode(text: string, nodes: readonly string[], nodeSlots: readonly number[]): Supposition | string {
  const exact = nodes.filter(name => name === text);
  const meant = exact.length > 0 ? exact : nodes.filter(name => name.startsWith(text));
  const [node] = meant;
  if (node === undefined)
    return `no node is called “${clean(text)}”: ${nodes.length === 0 ? 'the host names none' : `there is ${listed(nodes)}`}`;
  if (meant.length > 1) return `“${clean(text)}” could be ${listed(meant)}`;
  if (nodes.length === 1) return `${clean(node)} is the only node: nothing would be left`;
  // Where the capacity is a number, nobody has counted what each node holds.
  const place = nodes.indexOf(node);
  const slots = nodeSlots.length === nodes.length ? nodeSlots[place] : undefined;
  return slots === undefined
    ? `how many of the slots are ${clean(node)}'s isn't known, since capacity is not auto: n2 has 2 slots gone`
    : {kind: 'node-gone', node, place, slots};
}

function listed(names: readonly string[]): string {
  const more = names.length - namesMost;
  const shown = names.slice(0, namesMost).map(clean).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** `place` is the one that was said, null for none. What leads is what the screen shows. */
function whichDemand({spec, leading}: Service, place: number | null): WhichDemand | string {
  const {name, demands, target} = spec;
  const of = demands.length;
  if (of <= 1 && (target.kind === 'fill' || target.kind === 'fixed'))
    return `${clean(name)} follows no demand: ${target.kind === 'fill' ? 'it takes what is left' : `it has always ${target.replicas}`}`;
  if (place !== null && (place < 0 || place >= Math.max(1, of)))
    return of <= 1 ? `${clean(name)} has one demand: say its number alone` : `${clean(name)} has ${of} demands: 1: to ${of}: says which`;
  if (of <= 1) return {kind: 'only'};
  const chosen = place ?? leading;
  return {kind: place === null ? 'leading' : 'said', place: chosen, of, label: demands[chosen]?.label ?? ''};
}
