/** Whether an answer is an old one that the page's service worker has kept (`@impacthub/sdk/service-worker`): it says when it came. */
export const isKept = (answer: object): boolean => 'keptAt' in answer
