/** `npm run docs`: writes the pages that are made from the help and the key table. */
import {readFileSync, writeFileSync} from 'node:fs';
import {keysPage, manualPage} from './docs.ts';

const {version} = JSON.parse(readFileSync('package.json', 'utf8')) as {version: string};
writeFileSync('docs/keys.md', keysPage());
writeFileSync('docs/microscale.1', manualPage(version));
