"""The end of a delivery: closed at once, its copy deleted by a job a little later."""

from dam.database.unit import Unit
from dam.delivery import store
from dam.delivery.delivered import Delivery, DeliveryState
from dam.jobs.names import JobKind
from dam.jobs.service import JobService
from dam.rights.service import RightsService


def lapse(unit: Unit, ended: Delivery, *, jobs: JobService, rights: RightsService) -> None:
    """Close an open delivery and queue the deletion of its copy; one that was never ready is not charged."""
    if not store.close(unit, ended.delivery_id):
        return
    if ended.state is DeliveryState.MAKING:
        rights.return_charge(unit, ended.line_id)
    jobs.enqueue(unit, JobKind.DELETE_COPY, ended.delivery_id)
