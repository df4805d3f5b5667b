// The worker: the only place where frames are looked at.
import { type Operation, type Operations, type Reply, type Request, VerifyError } from "../protocol.ts";
import { Session } from "./session.ts";

declare const self: DedicatedWorkerGlobalScope;

const session = new Session((progress) => send({ progress }));

const handlers: { [O in Operation]: (input: Operations[O]["input"]) => Promise<Operations[O]["output"]> } = {
  load: ({ models }) => session.load(models),
  complete: () => session.complete(),
  document: (image) => session.setDocument(image),
  read: () => session.readDocument(),
  begin: (challenge) => session.begin(challenge),
  frame: (frame) => session.push(frame),
  another: () => session.askAnother(),
  finish: () => session.finish(),
  dispose: () => session.dispose(),
};

self.addEventListener("message", async ({ data }: MessageEvent<Request>) => {
  try {
    const handler = handlers[data.op] as (input: unknown) => Promise<unknown>;
    send({ id: data.id, value: await handler(data.input) });
  } catch (error) {
    const { code, detail } = VerifyError.from(error, "engine_failed");
    send({ id: data.id, code, detail });
  }
});

function send(reply: Reply): void {
  self.postMessage(reply);
}
