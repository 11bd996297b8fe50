/** The person must sign in again, or the identity token is wrong. */
export const CLOSE_NOT_SIGNED_IN = 4_501;

/** A client closed with this code or a higher one must not reconnect by itself. */
export const CLOSE_STAY_AWAY = 4_500;

/** The server has no room at the moment. */
export const CLOSE_OVERLOAD = 4_429;
