import Argon2, { Argon2Type, Argon2Version } from "@phi-ag/argon2";
import wasm from "@phi-ag/argon2/argon2.wasm";

/** OWASP's recommendation for Argon2id: 19 MiB, two passes, one lane; salts and hashes as RFC 9106 has them. */
export const hashParameters = {
  type: Argon2Type.Argon2id,
  version: Argon2Version.Version13,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
  hashLength: 32,
} as const;

const SALT_BYTES = 16;

const PREFIX = "$argon2id$v=19$m=19456,t=2,p=1$";

/** A hash that no password has: verifying against it costs what verifying against a real one does. */
export const nobodysHash = `${PREFIX}AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`;

let loaded: Promise<Argon2> | undefined;

/** One instance an isolate: 20 MB of memory, used by one hash after another. */
function argon2(): Promise<Argon2> {
  loaded ??= WebAssembly.instantiate(wasm).then((instance) => new Argon2(instance));
  return loaded;
}

/** A new salted Argon2id hash of a password, as a PHC string. Takes some 20 ms of CPU. */
export async function hashPassword(password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  return (await argon2()).hash(measured(password), { ...hashParameters, salt }).encoded;
}

/** Whether this is the password. Takes the same time when there is no hash to compare with. */
export async function isPassword(password: string, hash: string | null): Promise<boolean> {
  const { success } = (await argon2()).tryVerify(hash ?? nobodysHash, measured(password));
  return success && hash !== null;
}

/** Whether a hash was made with other parameters than new ones are. */
export const isOutdated = (hash: string): boolean => !hash.startsWith(PREFIX);

/**
 * The library hands a password over as UTF-8 but tells its length in UTF-16 units, which would cut off
 * the end of whatever is not ASCII. Padded by the difference, the length is right and nothing of the
 * padding is within it.
 */
function measured(password: string): string {
  const bytes = new TextEncoder().encode(password).byteLength;
  return password.padEnd(bytes, "-");
}
