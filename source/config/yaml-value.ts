/** A value on one line of YAML. */
import {stringify} from 'yaml';

/** Quoted where YAML would take it for something else. */
export function yamlValue(given: unknown): string {
  return stringify(given, {
    collectionStyle: 'flow',
    flowCollectionPadding: false,
    lineWidth: 0,
    blockQuote: false,
    minContentWidth: 0,
  }).trim();
}
