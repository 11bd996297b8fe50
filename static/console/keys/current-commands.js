import { transferDialog } from '../transfer/transfer-dialog.js';
import {
  conversationCommands,
  nextToAnswer,
  placeCommands,
  preferenceCommands,
  workCommands,
} from './commands.js';

/**
 * Lists the commands for keys and palette in the current state: those of the technician's work, of
 * the conversation that is shown, of the other pages and of the preferences.
 */
export class CurrentCommands {
  /**
   * @param {object} parts
   * @param {import('../../lib/i18n.js').Words} parts.words
   * @param {import('../../lib/technician-session.js').TechnicianSession} parts.session
   * @param {import('../preferences.js').Preferences} parts.preferences
   * @param {import('../lists/conversation-lists.js').ConversationLists} parts.lists
   * @param {import('../panes/offers.js').Offers} parts.offers
   * @param {import('../panes/panes.js').Panes} parts.panes
   * @param {() => void} parts.acceptNext
   * @param {(status: string) => void} parts.setStatus
   * @param {(id: string) => void} parts.takeOver
   * @param {Parameters<typeof preferenceCommands>[2]} parts.choices what the preferences lead to
   */
  constructor({ words, session, preferences, lists, offers, panes, ...acts }) {
    this.words = words;
    this.session = session;
    this.preferences = preferences;
    this.lists = lists;
    this.offers = offers;
    this.panes = panes;
    this.acts = acts;
  }

  list() {
    const { words, session, preferences, acts } = this;
    const choices = preferenceCommands(words, preferences, acts.choices);
    const places = placeCommands(words, /** @type {any} */ (session.welcome));
    return [...this.#ofWork(), ...this.#ofConversation(), ...places, ...choices];
  }

  #ofWork() {
    const { words, session, lists, offers, panes, acts } = this;
    const now = {
      me: session.me,
      waiting: lists.queue().length,
      offered: offers.first,
      next: nextToAnswer(lists.own(), panes.current),
    };
    return workCommands(words, now, {
      accept: acts.acceptNext,
      decline: (id) => offers.decline(id),
      open: (id) => panes.open(id),
      showLists: () => panes.leave(),
      setStatus: acts.setStatus,
    });
  }

  #ofConversation() {
    const { words, session, panes, acts } = this;
    const id = panes.current ?? '';
    const pane = panes.pane(id);
    const isMine = pane?.isMine ?? false;
    const isActive = session.conversations.get(id)?.summary.status === 'active';
    const mayTakeOver = Boolean(session.welcome.supervises && isActive && !isMine);
    return conversationCommands(
      words,
      { isShown: pane !== undefined, isMine, mayTakeOver },
      {
        reply: () => pane?.writing.suggestReplies(),
        transfer: () => transferDialog(words, session, id),
        end: () => pane?.header.askToEnd(),
        takeOver: () => acts.takeOver(id),
        showDetails: () => panes.showDetails(id),
        hide: () => panes.hide(id),
      },
    );
  }
}
