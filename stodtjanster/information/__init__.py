"""One module per kind of information: what is true of it, whoever it came from."""

from stodtjanster.information.access_log import AccessLog, Opener
from stodtjanster.information.agreement import Agreement, Party
from stodtjanster.information.appointment import Appointment, VisitForm
from stodtjanster.information.block import Block, BlockLevel, Lifting
from stodtjanster.information.care_contact import (
    CareContact,
    CareContactKind,
    CareContactStatus,
)
from stodtjanster.information.care_manager import (
    CareManager,
    CareManagerKind,
    Telecom,
    TelecomKind,
)
from stodtjanster.information.care_plan import (
    Activity,
    ActivityState,
    Assigned,
    Attachment,
    CarePlan,
    CarePlanKind,
    CarePlanStatus,
    Goal,
    GoalState,
    Participant,
)
from stodtjanster.information.care_service import CareService, CareServiceKind
from stodtjanster.information.consent import Consent, ConsentKind
from stodtjanster.information.free_time import FreeDay, FreeTime
from stodtjanster.information.guardianship import Guardianship
from stodtjanster.information.item import Item
from stodtjanster.information.listing import Listing, ListingKind
from stodtjanster.information.medication import Medication
from stodtjanster.information.message import Message
from stodtjanster.information.own_entry import OwnEntry
from stodtjanster.information.own_note import OwnNote, OwnNoteKind
from stodtjanster.information.person_record import FullName, PersonRecord
from stodtjanster.information.referral_status import (
    Referral,
    ReferralKind,
    ReferralStatus,
    ReferralStep,
    by_referral,
)

__all__ = [
    "AccessLog",
    "Activity",
    "ActivityState",
    "Agreement",
    "Appointment",
    "Assigned",
    "Attachment",
    "Block",
    "BlockLevel",
    "CareContact",
    "CareContactKind",
    "CareContactStatus",
    "CareManager",
    "CareManagerKind",
    "CarePlan",
    "CarePlanKind",
    "CarePlanStatus",
    "CareService",
    "CareServiceKind",
    "Consent",
    "ConsentKind",
    "FreeDay",
    "FreeTime",
    "FullName",
    "Goal",
    "GoalState",
    "Guardianship",
    "Item",
    "Lifting",
    "Listing",
    "ListingKind",
    "Medication",
    "Message",
    "Opener",
    "OwnEntry",
    "OwnNote",
    "OwnNoteKind",
    "Participant",
    "Party",
    "PersonRecord",
    "Referral",
    "ReferralKind",
    "ReferralStatus",
    "ReferralStep",
    "Telecom",
    "TelecomKind",
    "VisitForm",
    "by_referral",
]
