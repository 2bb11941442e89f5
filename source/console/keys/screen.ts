/** The screen itself: what it is kept as, what explains it, and how it is left. */
import {event, forSelected, refuse} from './effect.ts';
import type {KeySection} from './key.ts';

export const screenKeys: KeySection = {
  title: 'The screen',
  keys: [
    {
      keys: ['y'],
      shown: 'y',
      words: 'copy the selected service and its why (OSC 52)',
      name: 'copy',
      bar: null,
      acts: false,
      press: forSelected(() => ({kind: 'copy'})),
    },
    {
      keys: ['S'],
      shown: 'S',
      words: 'save the screen, as text and as a picture',
      name: 'save screen',
      bar: null,
      acts: false,
      press: () => ({kind: 'save'}),
    },
    {
      keys: [':'],
      shown: ':',
      words: 'every action by its name',
      name: null,
      bar: [':', 'more'],
      acts: false,
      press: () => event({kind: 'prompted', prompt: {kind: 'palette', typed: '', at: 0}}),
    },
    {
      keys: ['?'],
      shown: '?',
      words: 'this help',
      name: 'help',
      bar: ['?', 'help'],
      acts: false,
      press: () => event({kind: 'prompted', prompt: {kind: 'help', at: 0}}),
    },
    {
      keys: ['ctrl-r'],
      shown: 'Ctrl-R',
      words: 'read everything from the host again',
      name: 'read again',
      bar: null,
      acts: false,
      press: ({recording}) => (recording ? refuse('a recording has no host to read') : {kind: 'refresh'}),
    },
    {
      keys: ['ctrl-l'],
      shown: 'Ctrl-L',
      words: 'draw the screen again',
      name: 'redraw',
      bar: null,
      acts: false,
      press: () => ({kind: 'redraw'}),
    },
    {
      keys: ['q'],
      shown: 'q',
      words: 'leave: says what becomes of the containers, and asks',
      name: 'quit',
      bar: ['q', 'quit'],
      acts: false,
      press: () => event({kind: 'prompted', prompt: {kind: 'leave'}}),
    },
    {keys: ['ctrl-c'], shown: 'Ctrl-C', words: 'leave at once', name: null, bar: null, acts: false, press: () => ({kind: 'leave'})},
  ],
};
