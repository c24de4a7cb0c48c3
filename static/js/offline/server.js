// Calls of the API, from the pages and the worker alike.
{
  const API = "/api/v1";
  const PATIENCE = 15_000; // ms; a connection that hangs is no connection
  const KEEPALIVE_BYTES = 30_000; // browsers give 64 KiB to all requests that outlive their page

  function call(method, path, { body, csrf, headers } = {}) {
    const sent = body && JSON.stringify(body);
    return fetch(API + path, {
      method,
      headers: {
        Accept: "application/json",
        ...(body && { "Content-Type": "application/json" }),
        ...(csrf && { "X-CSRFToken": csrf }),
        ...headers,
      },
      body: sent,
      cache: "no-store",
      redirect: "error",
      keepalive: Boolean(sent) && new Blob([sent]).size < KEEPALIVE_BYTES,
      signal: AbortSignal.timeout(PATIENCE),
    });
  }

  // Who is signed in, null where nobody is, and whether the session was ended on purpose rather
  // than by time. The token is asked for each time: a page or a notification may be older than the
  // session.
  async function getSessionStatus() {
    const answer = await call("GET", "/session");
    if (answer.status === 401) {
      const { session } = await answer.json().catch(() => ({}));
      return { who: null, ended: session === "ended" };
    }
    if (!answer.ok) throw new Error(`The session status is unknown: ${answer.status}`);
    return { who: await answer.json(), ended: false };
  }

  const getSession = async () => (await getSessionStatus()).who;

  self.server = Object.freeze({ call, getSession, getSessionStatus });
}
