/** What is told of one recipient (RFC 5546 §3.6). */
export const requestStatus = {
  success: '2.0;Success',
  /** Not an address of anybody that the backend knows. */
  invalidUser: '3.7;Invalid calendar user',
  /** Known, and not for this user to ask or to tell. */
  noAuthority: '3.8;No authority',
  unsupported: '3.14;Unsupported capability',
  /** The backend cannot deliver this message; Thunderbird then sends it by e-mail. */
  undeliverable: '5.1;Service unavailable',
} as const
