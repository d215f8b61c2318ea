import { Webhook } from "standardwebhooks";

import type { Call } from "#chaos/far/hooks";

import { byQuery, type Evidence, type Invariant } from "./invariant.ts";

const once = byQuery(
  "I10",
  "each event is on its way to each endpoint once, and arrives",
  `select w.id as webhook, e.id as event, e.type, count(d.id) as deliveries
   from events e join webhooks w on w.status = 'enabled' and e.created_at > w.created_at and e.type <> 'webhook.ping'
   left join webhook_deliveries d on d.event_id = e.id and d.webhook_id = w.id
   group by w.id, e.id, e.type having count(d.id) <> 1`,
  `select id, state::text, jsonb_array_length(attempts) as attempts from webhook_deliveries where state <> 'delivered'`,
);

const received: Invariant = {
  id: "I10a",
  claim:
    "what counts as delivered was received, rightly signed, with the event's id and the same body each time",
  async contradictions(evidence) {
    const { calls, secrets } = evidence.world.hooks;
    const wrong = calls.flatMap((call) =>
      isGenuine(call, secrets) ? [] : [`a call to ${call.endpoint} is not genuine`],
    );
    const perEvent = Map.groupBy(
      calls,
      ({ endpoint, headers }) => `${endpoint} ${headers["webhook-id"]}`,
    );
    const changed = [...perEvent].flatMap(([name, same]) =>
      new Set(same.map(({ body }) => body)).size > 1 ? [`${name} came with several bodies`] : [],
    );
    return [...wrong, ...changed, ...(await missing(evidence, perEvent))];
  },
};

function isGenuine(
  { endpoint, body, headers, at }: Call,
  secrets: ReadonlyMap<string, string>,
): boolean {
  const secret = secrets.get(endpoint);
  if (secret === undefined || Math.abs(at / 1000 - Number(headers["webhook-timestamp"])) > 60)
    return false;
  const signed = new Webhook(secret);
  const moment = new Date(Number(headers["webhook-timestamp"]) * 1000);
  const expected = signed.sign(headers["webhook-id"] ?? "", moment, body);
  return headers["webhook-signature"]?.split(" ").includes(expected) === true;
}

async function missing(
  { world }: Evidence,
  perEvent: ReadonlyMap<string, readonly Call[]>,
): Promise<string[]> {
  const rows = await world.query<{ event_id: string; url: string }>(
    `select d.event_id, w.url from webhook_deliveries d join webhooks w on w.id = d.webhook_id where d.state = 'delivered'`,
  );
  return rows.flatMap(({ event_id: event, url }) => {
    const calls = perEvent.get(`${url.split("/").at(-1)} ${event}`) ?? [];
    return calls.some(({ status }) => status < 300)
      ? []
      : [`${event} counts as delivered to ${url}, and nobody took it`];
  });
}

export const hookInvariants = [once, received];
