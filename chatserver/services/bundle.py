"""The services of one server, grouped by subject; `chatserver/composition/` makes them.

The gateway and the web application receive `Services` as a whole. A service receives only the
services that it calls.
"""

from dataclasses import dataclass

from chatserver.core.conversation.text_rules import TextRules
from chatserver.services.accounts import Accounts
from chatserver.services.audit import AuditTrail
from chatserver.services.clock import Clock, Entropy
from chatserver.services.conversations import Conversations
from chatserver.services.customer_archive import CustomerArchive
from chatserver.services.customer_archive_login import CustomerArchiveLogin
from chatserver.services.customers import Customers
from chatserver.services.drafts import Drafts
from chatserver.services.erasure.erasure import Erasure
from chatserver.services.external_changes import ExternalChanges
from chatserver.services.files import Files
from chatserver.services.follower import Follower
from chatserver.services.mail.answers import MailAnswers
from chatserver.services.mail.doubted_letters import DoubtedLetters
from chatserver.services.mail.mail_flow import MailFlow
from chatserver.services.mail.requests import MailRequests
from chatserver.services.pairing.dispatcher import Dispatcher
from chatserver.services.pairing.inactivity import InactivityWatcher
from chatserver.services.pairing.promises import PromiseWatcher
from chatserver.services.pairing.reserved_places import ReservedPlaces
from chatserver.services.sealing import ArchiveSealer
from chatserver.services.search import ConversationSearch
from chatserver.services.sign_in import SignInService
from chatserver.services.site import SiteSettings
from chatserver.services.statistics import Statistics
from chatserver.services.technicians import Technicians
from chatserver.services.topics import Topics
from chatserver.services.transcripts.shares import Shares
from chatserver.services.transcripts.transcripts import Transcripts
from chatserver.services.transcripts.verification import IssuedFileVerification
from chatserver.services.transcripts.zip_export import ZipExport
from chatserver.workers.pool import WorkerPool


@dataclass(frozen=True, slots=True)
class PeopleServices:
    """Customers, technicians, their accounts and how technicians sign in."""

    customers: Customers
    technicians: Technicians
    accounts: Accounts
    sign_in: SignInService


@dataclass(frozen=True, slots=True)
class PairingServices:
    """The assignment of waiting customers to technicians, and the timers around it."""

    dispatcher: Dispatcher
    reserved_places: ReservedPlaces
    inactivity: InactivityWatcher
    promises: PromiseWatcher


@dataclass(frozen=True, slots=True)
class ArchiveServices:
    """Transcripts and the sealed archive: reading, sharing, exporting, verifying, erasing."""

    transcripts: Transcripts
    audit: AuditTrail
    sealer: ArchiveSealer
    erasure: Erasure
    customer_archive: CustomerArchive
    login: CustomerArchiveLogin
    shares: Shares
    zip_export: ZipExport
    verification: IssuedFileVerification


@dataclass(frozen=True, slots=True)
class MailServices:
    """E-mail to customers; `delivery` sends the queue, None where no mail server is set.

    `incoming` takes letters from the spool, `answers` sends technicians' words in those cases, and
    `doubted` sorts what nothing proves to be the customer's; all are None on a server that takes in
    no e-mail. `flow` tells operators what comes in.
    """

    requests: MailRequests
    delivery: Follower | None
    incoming: Follower | None
    answers: MailAnswers | None
    doubted: DoubtedLetters | None
    flow: MailFlow


@dataclass(frozen=True, slots=True)
class Services:
    """Every service of one server, each made once."""

    conversations: Conversations
    search: ConversationSearch
    drafts: Drafts
    topics: Topics
    files: Files
    site: SiteSettings
    statistics: Statistics
    text_rules: TextRules
    people: PeopleServices
    pairing: PairingServices
    archive: ArchiveServices
    mail: MailServices
    external_changes: ExternalChanges
    workers: WorkerPool
    clock: Clock
    entropy: Entropy
