/** `npm run schema`: writes the JSON Schema that editors check a configuration against. */
import {writeFileSync} from 'node:fs';
import {jsonSchema} from './schema.ts';

writeFileSync('microscale.schema.json', `${JSON.stringify(jsonSchema(), null, 2)}\n`);
