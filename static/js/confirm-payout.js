// Inside WeChat: opens WeChat Pay's own window, in which a payee confirms a withdrawal.
const button = document.querySelector("#confirm-payout");

function offer() {
  button.hidden = false;
  document.querySelector("#confirm-elsewhere").hidden = true;
  button.addEventListener("click", () => {
    const { merchant, app, package: wanted, back } = button.dataset;
    window.WeixinJSBridge.invoke(
      "requestMerchantTransfer",
      { mchId: merchant, appId: app, package: wanted },
      () => location.assign(back), // the wallet asks the provider how it stands
    );
  });
}

if (window.WeixinJSBridge) offer();
else document.addEventListener("WeixinJSBridgeReady", offer, { once: true });
