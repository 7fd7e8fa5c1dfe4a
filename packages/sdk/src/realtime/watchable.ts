/** The first of these users, in the order in which they began to be watched: at most `most`, and as long as there is room. */
function fitting(userIds: readonly string[], most: number, room: number, sizeOf: (userId: string) => number): string[] {
  let size = 0
  const end = userIds.findIndex((userId, index) => index === most || (size += sizeOf(userId)) > room)
  return end < 0 ? [...userIds] : userIds.slice(0, end)
}

const utf8 = new TextEncoder()

/** The platform takes 1,000 users in a message of 16 KiB; half a KiB is for what stands around them: type, ticket, place in the session. */
export const socketWatch = (userIds: readonly string[]): string[] =>
  fitting(userIds, 1_000, 15.5 * 1024, (userId) => utf8.encode(JSON.stringify(userId)).length + 1)

/** The same in a URL, where there is room for fewer; an id with a comma cannot be told there at all. */
export const pollWatch = (userIds: readonly string[]): string[] =>
  fitting(
    userIds.filter((userId) => !userId.includes(',')),
    100,
    8_000,
    (userId) => new URLSearchParams({ '': userId }).toString().length + 2,
  )
