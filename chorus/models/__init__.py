"""What we know of Chorus Pro: submissions, attempts, and the timeline of each document."""

from __future__ import annotations

from chorus.models.action import SupplierAction as SupplierAction
from chorus.models.attachment import Attachment as Attachment
from chorus.models.cashing import CashingCursor as CashingCursor
from chorus.models.cashing import PaymentEvent as PaymentEvent
from chorus.models.connection import Connection as Connection
from chorus.models.connection import KeyOutcome as KeyOutcome
from chorus.models.connection import Problem as Problem
from chorus.models.directory import SiretCheck as SiretCheck
from chorus.models.directory import Structure as Structure
from chorus.models.directory import StructureService as StructureService
from chorus.models.lifecycle import LifecycleEvent as LifecycleEvent
from chorus.models.lifecycle import Source as Source
from chorus.models.pace import Pace as Pace
from chorus.models.submission import Deposit as Deposit
from chorus.models.submission import Submission as Submission
