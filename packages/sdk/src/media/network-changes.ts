interface NetworkInformation extends EventTarget {
  /** `wifi`, `cellular`, …; told by phones only. */
  readonly type?: string
}

/** Tells that the way to the network is another one: back after it was away, or from Wi-Fi to the mobile network. */
export function onNetworkChange(tell: () => void): () => void {
  const { connection }: Navigator & { connection?: NetworkInformation } = navigator
  let type = connection?.type
  // The same event also tells of every new estimate of speed.
  const compare = () => {
    if (connection?.type === type) return
    type = connection?.type
    tell()
  }
  addEventListener('online', tell)
  connection?.addEventListener('change', compare)
  return () => {
    removeEventListener('online', tell)
    connection?.removeEventListener('change', compare)
  }
}
