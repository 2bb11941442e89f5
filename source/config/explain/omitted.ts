/** The fields of a configuration that `explain` says nothing of, each with the reason. */

/** By the field's place; `*` is any name, and `demand.*` any source. */
export const omitted: Readonly<Record<string, string>> = {
  'services.*.demand.*.username': 'who logs in is a credential',
  'services.*.demand.*.password': 'a secret',
  'services.*.demand.*.token': 'a secret',
  'services.*.demand.*.headers.*': 'headers may hold secrets',
  'services.*.demand.*.connection': 'a secret',
  'services.*.demand.*.sasl.mechanism': 'how one logs in is a matter of credentials',
  'services.*.demand.*.sasl.username': 'who logs in is a credential',
  'services.*.demand.*.sasl.password': 'a secret',
  'services.*.demand.*.timeout': 'how long one question may take changes nothing that is agreed on',
  'services.*.logging.options.*': 'only the names are told: a value may be a secret',
  'modes.*.until.schedule': 'it is refused: until is for a demand',
  'modes.*.until.for': 'it is refused: until is for a demand',
  'modes.*.until.timezone': 'it is refused: until is for a demand',
};
