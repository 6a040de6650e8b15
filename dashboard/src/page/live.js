// Keeps a page up to date: follows the states that the server sends, and puts the parts that have changed
// in their places. What did not change is left alone, so that focus, selection, scrolled tables and opened
// details stay as the reader has them. Without this script the page is the state it was loaded with.
"use strict";

(() => {
  const body = document.body;
  const events = body.dataset.events;
  // A page that only says something has nothing to follow.
  if (!events) return;

  const FIRST_DELAY = 2000;
  const LONGEST_DELAY = 60000;
  let known = body.dataset.state; // The name of the state that is shown.
  let at = body.dataset.at; // When that was, in the words of the server.
  let source = null;
  let retry = null;
  let delay = FIRST_DELAY;
  let isOver = false;

  // Says how the page stands to the server; nothing while all is well.
  function tell(text) {
    const note = document.getElementById("connection");
    note.textContent = text;
    note.hidden = text === "";
  }

  // Whether `old` is what `fresh` is a newer form of.
  function isSame(old, fresh) {
    return old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName
      && (old.id || "") === (fresh.id || "");
  }

  // Makes `old` what `fresh` is, with as few changes as there are differences.
  function update(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
      return;
    }
    for (const { name } of [...old.attributes]) {
      // Whether details are open is the reader's choice.
      if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    updateChildren(old, fresh);
  }

  // Elements with an id keep to it, also where others come before them.
  function updateChildren(old, fresh) {
    let next = old.firstChild;
    for (const child of [...fresh.childNodes]) {
      let found = next;
      if (child.id) {
        while (found && found.id !== child.id) found = found.nextSibling;
      }
      if (found && isSame(found, child)) {
        // What stands before it is not there any more.
        while (next !== found) {
          const gone = next;
          next = next.nextSibling;
          gone.remove();
        }
        update(found, child);
        next = found.nextSibling;
      } else {
        old.insertBefore(child, next);
      }
    }
    while (next) {
      const gone = next;
      next = next.nextSibling;
      gone.remove();
    }
  }

  function show(state) {
    for (const [name, html] of Object.entries(state.parts)) {
      const part = document.getElementById("part-" + name);
      if (!part) continue;
      // Texts in it are escaped by the server; the policy of the page lets nothing in it run.
      const template = document.createElement("template");
      template.innerHTML = html;
      updateChildren(part, template.content);
    }
    document.title = state.title + " – gauntlet";
    document.getElementById("title").textContent = state.title;
    at = state.at;
  }

  function disconnect() {
    clearTimeout(retry);
    if (source) source.close();
    source = null;
  }

  function connect() {
    disconnect();
    if (isOver || document.hidden) return;
    source = new EventSource(events + "?since=" + encodeURIComponent(known));
    source.addEventListener("open", () => {
      delay = FIRST_DELAY;
      tell("");
    });
    source.addEventListener("state", (event) => {
      show(JSON.parse(event.data));
      known = event.lastEventId;
    });
    source.addEventListener("over", () => {
      isOver = true;
      disconnect();
      tell("The run is over, and its page with it: this is its last state, from " + at + ".");
    });
    source.addEventListener("error", () => {
      tell("Connection lost: this is the last state, from " + at + ".");
      // Browsers connect again by themselves, but not after an answer such as "too many".
      if (source && source.readyState === EventSource.CLOSED) {
        retry = setTimeout(connect, delay);
        delay = Math.min(2 * delay, LONGEST_DELAY);
      }
    });
  }

  // A page that nobody sees costs the server nothing, and none of the few connections of a browser.
  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  connect();
})();
