/** A Prometheus for one test file alone, which scrapes one exporter every second and asks for a password. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {programNeed, programPath} from './needs.ts';
import {startOwnServer, type OwnServer} from './own-server.ts';
import type {PageLogin} from './page-server.ts';

export const prometheusNeed = programNeed('prometheus', 'Debian: apt-get install prometheus');

/** The name and the password that the hash below stands for. */
export const prometheusLogin: PageLogin = {username: 'ops', password: 'the-password'};
/** bcrypt, at its lowest cost. */
const hash = '$2b$04$VYS0MervfWrarhQzYL4gcuA4puSduulw9EIiwEmS3xWIfBuFjKtM2';

export interface PrivatePrometheus extends OwnServer {
  /** What it answers to an instant query, as text; null for nothing. */
  ask(query: string): Promise<string | null>;
}

export async function startPrometheus(exporterPort: number): Promise<PrivatePrometheus> {
  const server = await startOwnServer({
    name: 'prometheus',
    command({port, folder}) {
      // JSON is YAML too.
      const config = {
        global: {scrape_interval: '1s', scrape_timeout: '1s'},
        scrape_configs: [{job_name: 'shop', static_configs: [{targets: [`127.0.0.1:${exporterPort}`]}]}],
      };
      writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
      writeFileSync(join(folder, 'web.yml'), JSON.stringify({basic_auth_users: {[prometheusLogin.username]: hash}}));
      return [
        programPath('prometheus') ?? 'prometheus',
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--web.config.file=${join(folder, 'web.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
      ];
    },
    serves: async ({port}) => (await asked(port, '/-/ready')).ok,
  });
  return {
    ...server,
    async ask(query) {
      const response = await asked(server.port, `/api/v1/query?query=${encodeURIComponent(query)}`);
      const {data} = (await response.json()) as {data: {result: readonly {value: readonly [number, string]}[]}};
      return data.result[0]?.value[1] ?? null;
    },
  };
}

function asked(port: number, path: string): Promise<Response> {
  const {username, password} = prometheusLogin;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return fetch(`http://127.0.0.1:${port}${path}`, {headers: {authorization}, signal: AbortSignal.timeout(5000)});
}
