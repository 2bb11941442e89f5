/** What a service's replicas are made of and run with, in sentences. Values that may be secrets are not told. */
import type {ServiceText} from '../schema.ts';
import {list, listOf, roomWords, span} from './english.ts';

export function workloadSentences(service: ServiceText): readonly string[] {
  return [
    ...runSentences(service),
    ...environmentSentences(service),
    ...placeSentences(service),
    ...sizeSentences(service),
    ...stopSentences(service),
    ...markSentences(service),
  ];
}

function runSentences({command, entrypoint, user, init}: ServiceText): readonly string[] {
  const words = (given: string | readonly string[]) => (typeof given === 'string' ? given : given.join(' '));
  return [
    ...(command === undefined && entrypoint === undefined
      ? []
      : [
          `They run ${list([
            ...(entrypoint === undefined ? [] : [`“${words(entrypoint)}” as their entrypoint`]),
            ...(command === undefined ? [] : [`“${words(command)}”`]),
          ])}.`,
        ]),
    ...(user === undefined ? [] : [`They run as the user ${user}.`]),
    ...(init === undefined ? [] : [init ? 'A small init process passes signals on to them.' : 'They run without an init process.']),
  ];
}

function environmentSentences({environment, envFile}: ServiceText): readonly string[] {
  const names = Array.isArray(environment) ? environment.map(line => line.split('=')[0] ?? '') : Object.keys(environment ?? {});
  const files = listOf(envFile);
  return [
    ...(names.length === 0 ? [] : [`Their environment has ${list(names)}.`]),
    ...(files.length === 0 ? [] : [`Their environment has what ${list(files)} says.`]),
  ];
}

function placeSentences({networks, ports, volumes}: ServiceText): readonly string[] {
  return [
    ...(networks === undefined ? [] : [networks.length === 0 ? 'They are in no network.' : `They are in the network ${list(networks)}.`]),
    ...(ports === undefined || ports.length === 0
      ? []
      : [`They publish ${ports.length === 1 ? 'port' : 'ports'} ${list(ports.map(String))}.`]),
    ...(volumes === undefined || volumes.length === 0 ? [] : [`They mount ${list(volumes)}.`]),
  ];
}

function sizeSentences({cpus, memory, cpuShares, oomScoreAdj}: ServiceText): readonly string[] {
  const room = roomWords(cpus, memory);
  return [
    ...(room === '' ? [] : [`Each may use ${room}.`]),
    ...(cpuShares === undefined ? [] : [`While the CPU is short, each has ${cpuShares} shares of it.`]),
    ...(oomScoreAdj === undefined ? [] : [`While memory is short, their score for being killed is moved by ${oomScoreAdj}.`]),
  ];
}

function stopSentences({stopSignal, stopGrace}: ServiceText): readonly string[] {
  return [
    ...(stopSignal === undefined ? [] : [`They are told to stop with ${stopSignal}.`]),
    ...(stopGrace === undefined ? [] : [`They have ${span(stopGrace)} to stop by themselves.`]),
  ];
}

function markSentences({labels, logging}: ServiceText): readonly string[] {
  const names = Array.isArray(labels) ? labels.map(label => label.split('=')[0] ?? '') : Object.keys(labels ?? {});
  const options = Object.keys(logging?.options ?? {});
  return [
    ...(names.length === 0 ? [] : [`They are labelled ${list(names)}.`]),
    ...(logging === undefined
      ? []
      : [`Their output goes to the log driver ${logging.driver}${options.length === 0 ? '' : `, with ${list(options)} set`}.`]),
  ];
}
