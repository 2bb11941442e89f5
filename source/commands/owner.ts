/** Who an override is by: the user and the machine. */
import {hostname, userInfo} from 'node:os';

export function ownerName(): string {
  return `${userName()}@${hostname()}`;
}

/** Behind sudo, whoever called it; overrides are people's. */
function userName(): string {
  const called = process.env['SUDO_USER'];
  if (called && called !== 'root') return called;
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the system's list still has a name in the environment, or none.
    return process.env['USER'] ?? 'somebody';
  }
}
