// The texts a person agrees to. Each has a version that is stored with the consent: change a text, change its version.

/** A document in both languages; the Chinese text is the one that binds. */
export interface Document {
  version: string;
  zh: { title: string; paragraphs: readonly string[] };
  en: { title: string; paragraphs: readonly string[] };
}

/** Version of the separate consent to sending keyframes, worded on the consent screen. */
export const CONSENT_VERSION = "2026-11-01";

/** The responsibility notice (Rules, Art 13). */
export const NOTICE: Document = {
  version: "2026-11-01",
  zh: {
    title: "车联网卡实名登记告知书",
    paragraphs: [
      "一、车联网卡须实名登记。您接收本车后，本车的车联网卡将登记在您名下，您应提供真实、有效的身份信息。",
      "二、车联网卡只能在登记的这辆车上使用。不得拆下另作他用，不得转借、转让、出租或出售。",
      "三、您再次转让车辆、报废车辆，或更换装有车联网卡的零部件时，应及时办理卡的过户、注销或更换登记。",
      "四、未办理实名登记的车联网卡仅可使用紧急呼叫和救援服务，其他联网功能将不能使用。",
      "五、您的身份信息、车辆信息和卡信息将按规定由车企提交电信企业，并报送监管平台。服务期间及终止后两年内依法保存，到期删除。",
      "六、如发现有人冒用您的身份登记，或您对登记有异议，可通过车企客服、门店或网上渠道投诉，我们会在十五日内答复。",
    ],
  },
  en: {
    title: "Responsibility notice",
    paragraphs: [
      "1. The car's SIM cards must be registered to a real person. Once you take over this car they are registered to you, and what you state must be true and valid.",
      "2. The cards may be used only in this car. Do not remove them for other uses, lend, transfer, rent out or sell them.",
      "3. When you sell or scrap the car, or replace a part that holds a card, have the cards transferred, cancelled or replaced without delay.",
      "4. A card that is not registered can only be used for emergency calls and rescue. All other connected functions are off.",
      "5. Your identity, the car and the cards are reported by the car maker to the carrier and the regulator as the rules require. Records are kept during the service and for two years after, then deleted.",
      "6. If someone registered in your name, or you disagree with a registration, complain through customer service, a shop or online. We answer within fifteen days.",
    ],
  },
};

/** The agreement (Rules, Art 17). */
export const AGREEMENT: Document = {
  version: "2026-11-01",
  zh: {
    title: "车联网卡使用协议",
    paragraphs: [
      "一、服务内容：车联网卡为本车的导航、远程控制、在线升级、紧急呼叫等功能提供网络连接，具体以车辆配置为准。",
      "二、生效时间：自车企平台确认过户之日起，车联网卡的权利和义务由原车主转移给您。",
      "三、您的义务：妥善使用，不利用车联网卡从事违法活动；联系方式变更时及时更新。",
      "四、我们的义务：保护您的个人信息，仅在办理和履行本协议所需的范围内使用；出现安全事件时及时告知您。",
      "五、暂停与终止：信息不实、拆卡他用或法律另有规定的，网络功能可能被暂停，恢复前须重新核验。",
      "六、您可随时查询、更正登记信息，撤回单独同意，或注销账号；法律规定须保存的记录除外。",
    ],
  },
  en: {
    title: "SIM card agreement",
    paragraphs: [
      "1. Service: the cards connect the car for navigation, remote control, updates and emergency calls, as far as the car has them.",
      "2. Start: rights and duties pass from the owner to you on the day the car maker's platform confirms the transfer.",
      "3. You: use the cards properly and lawfully, and keep your contact details up to date.",
      "4. We: protect your personal data, use them only as far as this agreement needs, and tell you about security incidents.",
      "5. Suspension and end: untrue details, use of a card outside the car, or the law may suspend the connection; you verify again before it resumes.",
      "6. You can see and correct what is registered, withdraw separate consents or close your account at any time, except for records the law tells us to keep.",
    ],
  },
};
