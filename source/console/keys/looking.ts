/** The same services seen otherwise: in another order, only some of them, or as they would be. */
import {nextOrder} from '../sorting.ts';
import {selectedService} from '../state.ts';
import {event, refuse} from './effect.ts';
import type {KeySection} from './key.ts';

export const lookingKeys: KeySection = {
  title: 'Look at it another way',
  keys: [
    {
      keys: ['w'],
      shown: 'w',
      words: 'what if: another demand, more slots or a node gone; acts on nothing',
      name: 'what if',
      bar: ['w', 'what if'],
      acts: false,
      press: state => {
        const service = selectedService(state)?.spec;
        if (!service) return refuse('there is no service to ask about');
        return event({kind: 'prompted', prompt: {kind: 'what-if', service: service.name, typed: '', demands: service.demands.length}});
      },
    },
    {
      keys: ['/'],
      shown: '/',
      words: 'find services by a part of their name',
      name: 'find',
      bar: ['/', 'find'],
      acts: false,
      press: state => event({kind: 'prompted', prompt: {kind: 'find', typed: state.find}}),
    },
    {
      keys: ['o'],
      shown: 'o',
      words: 'sort by priority, what is missing, demand, replicas, name',
      name: 'sort',
      bar: null,
      acts: false,
      press: state => event({kind: 'ordered', order: nextOrder(state.order)}),
    },
    {
      keys: ['O'],
      shown: 'O',
      words: 'sort the other way round',
      name: 'reverse',
      bar: null,
      acts: false,
      press: state => event({kind: 'ordered', order: {...state.order, reversed: !state.order.reversed}}),
    },
  ],
};
