import pytest

from legacy_app.customers.models import Address, Customer, Note
from legacy_app.customers.tasks import VIP_ORDERS_PER_YEAR, refresh_vip_flags
from legacy_app.orders.models import Order

URL = "/api/customers/"


def url(customer, part=""):
    return f"{URL}{customer.pk}/{part}"


def names(client, query=""):
    return [customer["name"] for customer in client.get(URL + query).json()["results"]]


class TestListAndDetail:
    def test_a_customer(self, clerk, ada, place):
        order = place()

        customer = clerk.get(url(ada)).json()

        assert customer["name"] == "Ada Berg"
        assert customer["city"] == customer["default_address"]["city"] == "Ashford"
        assert (customer["order_count"], customer["last_order"]) == (1, order["number"])

    def test_staff_see_everybody(self, clerk, ada, bruno):
        assert names(clerk) == ["Ada Berg", "Bruno Klein"]

    def test_customers_see_themselves(self, shopper, bruno):
        assert names(shopper) == ["Ada Berg"]
        assert shopper.get(url(bruno)).status_code == 403

    @pytest.mark.parametrize(
        "query", ["?name=ada", "?city=ashford", "?tag=hotel", "?ordering=name&page_size=1"]
    )
    def test_filters(self, clerk, ada, bruno, query):
        clerk.put(url(ada, "tags/"), {"tags": ["hotel"]}, format="json")

        assert names(clerk, query) == ["Ada Berg"]

    def test_one_has_to_be_logged_in(self, anybody, ada):
        assert anybody.get(URL).status_code == anybody.get(url(ada)).status_code == 401


class TestChange:
    def test_customers_keep_their_own_data_up_to_date(self, shopper, ada):
        answer = shopper.patch(url(ada), {"phone": "+1 555 0100"}, format="json")

        assert answer.status_code == 200
        ada.refresh_from_db()
        assert ada.phone == "+1 555 0100"

    def test_but_cannot_make_themselves_vips(self, shopper, ada):
        shopper.patch(url(ada), {"vip": True}, format="json")

        ada.refresh_from_db()
        assert not ada.vip

    def test_not_other_peoples(self, shopper, bruno):
        assert shopper.patch(url(bruno), {"phone": "1"}, format="json").status_code == 403

    def test_a_bad_e_mail_address_is_refused(self, clerk, ada):
        answer = clerk.patch(url(ada), {"email": "nowhere"}, format="json")

        assert answer.status_code == 400
        assert list(answer.json()) == ["email"]


class TestSoftDelete:
    def test_a_deleted_customer_is_hidden_but_kept(self, clerk, ada, place):
        place()

        assert clerk.delete(url(ada)).status_code == 204
        assert clerk.get(url(ada)).status_code == 404
        assert not Customer.objects.exists()
        assert Customer.all_objects.get().deleted_at is not None

    def test_the_orders_still_show_the_customer(self, clerk, ada, place):
        order = place()
        ada.delete()

        assert clerk.get(f"/api/orders/{order['id']}/").json()["customer"]["name"] == "Ada Berg"

    def test_querysets_delete_softly_too(self, ada, bruno):
        Customer.objects.filter(pk=ada.pk).delete()

        assert list(Customer.objects.all()) == [bruno]
        assert Customer.all_objects.count() == 2

    def test_staff_only(self, shopper, ada):
        assert shopper.delete(url(ada)).status_code == 403


class TestAddresses:
    BODY = {"street": "High Street 2", "zip": "20000", "city": "Oakdale"}

    def test_a_new_one(self, shopper, ada):
        answer = shopper.post(url(ada, "addresses/"), self.BODY, format="json")

        assert answer.status_code == 201
        assert [address["city"] for address in shopper.get(url(ada, "addresses/")).json()] == [
            "Ashford",
            "Oakdale",
        ]
        ada.refresh_from_db()
        assert ada.city == "Ashford"

    def test_a_new_default_address_moves_the_customer(self, shopper, ada):
        shopper.post(url(ada, "addresses/"), {**self.BODY, "is_default": True}, format="json")

        ada.refresh_from_db()
        assert ada.city == "Oakdale"
        assert Address.objects.get(is_default=True).city == "Oakdale"

    def test_an_incomplete_one_is_refused(self, shopper, ada):
        answer = shopper.post(url(ada, "addresses/"), {"city": "Oakdale"}, format="json")

        assert answer.status_code == 400
        assert sorted(answer.json()) == ["street", "zip"]

    def test_not_other_peoples(self, shopper, bruno):
        assert shopper.get(url(bruno, "addresses/")).status_code == 403


class TestNotes:
    def test_a_note_is_a_contact(self, clerk, ada):
        answer = clerk.post(url(ada, "notes/"), {"text": "Called back."}, format="json")

        assert answer.status_code == 201
        (note,) = clerk.get(url(ada, "notes/")).json()
        assert (note["author"], note["text"]) == ("clerk", "Called back.")
        ada.refresh_from_db()
        assert ada.last_contact_at == Note.objects.get().created_at

    def test_an_empty_one_is_refused(self, clerk, ada):
        assert clerk.post(url(ada, "notes/"), {"text": ""}, format="json").status_code == 400

    def test_customers_do_not_see_what_is_noted_about_them(self, shopper, ada):
        assert shopper.get(url(ada, "notes/")).status_code == 403


class TestTags:
    def test_they_are_replaced(self, clerk, ada):
        clerk.put(url(ada, "tags/"), {"tags": ["hotel", "export"]}, format="json")
        answer = clerk.put(url(ada, "tags/"), {"tags": ["hotel", "trial"]}, format="json")

        assert answer.json() == clerk.get(url(ada, "tags/")).json() == {"tags": ["hotel", "trial"]}

    def test_what_is_no_list_is_refused(self, clerk, ada):
        assert clerk.put(url(ada, "tags/"), {"tags": "hotel"}, format="json").status_code == 400

    def test_staff_only(self, shopper, ada):
        assert shopper.get(url(ada, "tags/")).status_code == 403


def test_frequent_customers_become_vips(ada, bruno):
    Order.objects.bulk_create(Order(customer=ada) for _ in range(VIP_ORDERS_PER_YEAR))

    refresh_vip_flags.delay()

    assert list(Customer.objects.filter(vip=True)) == [ada]
