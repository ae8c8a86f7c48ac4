"""VP's own faults, and what it does with a producer's answer. See design note rivta 2."""

from __future__ import annotations

from sandbox.platform import soap

PLATFORM = "Sandlådan"
REGIONAL = "Regional plattform"
CONSUMER = "x-rivta-original-serviceconsumer-hsaid"
# As VP's own default: larger answers are not let through.
LARGEST = 15 * 1024 * 1024

# Side of the fault and what it says; the digits are VP's.
_FAULTS = {
    "VP001": ("Client", "RIV-TA-version saknas eller stöds inte."),
    "VP002": ("Client", "Klientcertifikatet saknas eller är felaktigt."),
    "VP003": ("Client", "Logisk adressat saknas i anropet."),
    "VP004": ("Client", "Det finns inget vägval för logisk adressat och tjänstekontrakt."),
    "VP005": ("Client", "Producenten stödjer inte anropets RIV-TA-version."),
    "VP006": ("Server", "Flera producenter matchar logisk adressat och tjänstekontrakt."),
    "VP007": ("Server", "Konsumenten saknar behörighet till logisk adressat och tjänstekontrakt."),
    "VP008": ("Server", "Ingen kontakt med tjänsteadresseringskatalogen."),
    "VP009": ("Server", "Fel vid kontakt med tjänsteproducenten."),
    "VP010": ("Server", "Producentens adress saknas i tjänsteadresseringskatalogen."),
    "VP011": ("Client", "Anropet gjordes utanför TLS."),
    "VP012": ("Server", "Plattformen saknar resurser."),
    "VP013": ("Client", f"Konsumenten får inte sätta headern {CONSUMER}."),
    "VP014": ("Server", "Anropet går runt mellan tjänsteplattformar."),
    "VP015": ("Client", "Anropet går inte att läsa."),
}


class VpError(Exception):
    """VP refuses, or could not; becomes a fault of the platform by that name."""

    def __init__(
        self, code: str, detail: str, status: int | None = None, platform: str = PLATFORM
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.status = status
        self.platform = platform

    def reply(self) -> soap.Reply:
        side, text = _FAULTS.get(self.code, _FAULTS["VP009"])
        # VP009 tells the producer's HTTP status when there was one.
        appended = f" VP_PRODUCER_EXCEPTION_HTTP_STATUS={self.status}" if self.status else ""
        return soap.fault(side, f"{self.code} [{self.platform}] {text}{appended}", self.detail)


def passed_on(reply: soap.Reply, where: str) -> soap.Reply:
    """What VP does with a producer's answer: lets it through, or raises VpError (VP009)."""
    if reply.status == 200 and reply.body and len(reply.body) <= LARGEST:
        return reply
    if reply.status == 500:
        try:
            soap.parse(reply.body)
        except soap.UnreadableError:
            pass
        else:
            return reply
    raise VpError("VP009", f"Unusable answer from service producer {where}", reply.status)
