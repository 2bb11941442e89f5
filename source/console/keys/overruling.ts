/** What an operator decides in the scaler's place: every override, its end, and the scaler itself. */
import type {Command} from '../../scaler/entry.ts';
import {modeNames} from '../../scaler/mode.ts';
import {presentCount, undoMs, whyNoNote} from '../../scaler/override.ts';
import {noteOf} from '../note.ts';
import {selectedService} from '../state.ts';
import {command, event, forSelected, refuse} from './effect.ts';
import type {KeySection} from './key.ts';

/** One less is refused by the engine where it would empty a priority-1 service; the name is then asked for. */
const less = forSelected((service, state) => {
  const selected = selectedService(state);
  const present = selected && state.update ? presentCount(state.update.fleet, selected) : 0;
  const empties = selected?.spec.priority === 1 && selected.spec.target.kind !== 'fill' && present <= 1;
  if (empties && present === 1) return event({kind: 'prompted', prompt: {kind: 'name', service, typed: '', command: emptying(service)}});
  return command({kind: 'adjust', service, by: -1, lasting: 'default'});
});

export const overrulingKeys: KeySection = {
  title: 'Overrule the scaler',
  keys: [
    {
      keys: ['+'],
      shown: '+',
      words: 'pin one more than now, at once',
      name: 'one more',
      bar: ['+-', 'one'],
      acts: true,
      press: forSelected(service => command({kind: 'adjust', service, by: 1, lasting: 'default'})),
    },
    {keys: ['-'], shown: '-', words: 'pin one less than now, at once', name: 'one less', bar: null, acts: true, press: less},
    {
      keys: ['='],
      shown: '=',
      words: 'pin at a number: asks for it',
      name: 'pin',
      bar: ['=', 'pin'],
      acts: true,
      press: forSelected(service => event({kind: 'prompted', prompt: {kind: 'number', service, typed: ''}})),
    },
    {
      keys: ['z'],
      shown: 'z',
      words: 'hold at the present count; again lets go',
      name: 'hold',
      bar: ['z', 'hold'],
      acts: true,
      press: forSelected(service => command({kind: 'hold', service, lasting: 'default', toggle: true})),
    },
    {
      keys: ['b'],
      shown: 'b',
      words: 'boost ahead of all; again lets go',
      name: 'boost',
      bar: ['b', 'boost'],
      acts: true,
      press: forSelected(service => command({kind: 'boost', service, lasting: 'default', toggle: true})),
    },
    {
      keys: ['.'],
      shown: '.',
      words: 'priority up: served sooner',
      name: 'priority up',
      bar: ['.,', 'prio'],
      acts: true,
      press: forSelected(service => command({kind: 'rank', service, by: -1, lasting: 'default'})),
    },
    {
      keys: [','],
      shown: ',',
      words: 'priority down: served later',
      name: 'priority down',
      bar: null,
      acts: true,
      press: forSelected(service => command({kind: 'rank', service, by: 1, lasting: 'default'})),
    },
    {
      keys: ['t'],
      shown: 't',
      words: 'how long the override lasts: 5m, 30m, 2h, until cleared',
      name: 'time',
      bar: ['t', 'time'],
      acts: true,
      press: forSelected((service, state) =>
        (selectedService(state)?.overrides.length ?? 0) === 0
          ? refuse(`${service} has no override: pin, hold or boost it first`)
          : event({kind: 'prompted', prompt: {kind: 'lasting', service}}),
      ),
    },
    {
      keys: ['N'],
      shown: 'N',
      words: 'note why it is overruled, for all to read: asks',
      name: 'note',
      bar: null,
      acts: true,
      press: forSelected((service, state) => {
        const selected = selectedService(state);
        const you = state.update?.vitals.you ?? '';
        const reason = selected && whyNoNote(selected, you);
        if (!selected || reason !== null) return refuse(reason ?? `${service} is gone`);
        return event({kind: 'prompted', prompt: {kind: 'note', service, typed: noteOf(selected, you)}});
      }),
    },
    {
      keys: ['x'],
      shown: 'x',
      words: 'clear its overrides',
      name: 'clear',
      bar: ['x', 'clear'],
      acts: true,
      press: forSelected(service => command({kind: 'clear', service})),
    },
    {
      keys: ['X'],
      shown: 'X',
      words: 'clear every override: asks',
      name: 'clear all',
      bar: null,
      acts: true,
      press: state => {
        const count = state.update?.fleet.services.reduce((sum, {overrides}) => sum + overrides.length, 0) ?? 0;
        if (count === 0) return refuse('there is no override to clear');
        const question = count === 1 ? 'Clear the one override?' : `Clear all ${count} overrides?`;
        return event({kind: 'prompted', prompt: {kind: 'confirm', question, answer: 'clear-all'}});
      },
    },
    {
      keys: ['u'],
      shown: 'u',
      words: `undo your last override, for ${undoMs / 1000} s`,
      name: 'undo',
      bar: ['u', 'undo'],
      acts: true,
      press: () => command({kind: 'undo'}),
    },
    {
      keys: ['P'],
      shown: 'P',
      words: 'pause the scaler, at once; again asks, then resumes',
      name: 'pause',
      bar: ['P', 'pause'],
      acts: true,
      press: state =>
        state.update?.fleet.acting === 'paused'
          ? event({kind: 'prompted', prompt: {kind: 'confirm', question: 'Resume the scaler?', answer: 'resume'}})
          : command({kind: 'pause'}),
    },
    {
      keys: ['m'],
      shown: 'm',
      words: 'choose the mode: asks which',
      name: 'mode',
      bar: ['m', 'mode'],
      offered: ({update}) => (update?.fleet.settings.modes.length ?? 0) > 0,
      acts: true,
      press: state => {
        const modes = state.update?.fleet.settings.modes ?? [];
        if (modes.length === 0) return refuse('the configuration has no modes');
        return event({kind: 'prompted', prompt: {kind: 'mode', modes: modeNames(modes)}});
      },
    },
  ],
};

export function emptying(service: string): Command {
  return {kind: 'override', service, rule: {kind: 'pin', replicas: 0}, lasting: 'default', sure: true};
}
