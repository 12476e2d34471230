"""The thirteen cost categories, the component each belongs to, and the line of the annual accounts it ties to.

Modelled on the thirteen categories of the hospital costing regulation (BWBR0036920, article 6.6): staff, own and hired,
material, building, inventory, financing, other, and revenue as negative cost. The names and the division below are our
wording and our reading; NZa's form for medical child care was not found.
"""

from collections.abc import Mapping
from enum import StrEnum

from shared.kernel.sources import Source, Text

CATEGORIES_OF_HOSPITAL_COSTING = Source(
    document="Regeling kostprijzen ziekenhuizen (BWBR0036920)", article="artikel 6.6, naar eigen lezing toegepast"
)


class Component(StrEnum):
    """Part of a cost price that is indexed in its own way."""

    LABOUR = "labour"
    MATERIAL = "material"
    INVENTORY = "inventory"
    HOUSING = "housing"
    CAPITAL = "capital"


class CostCategory(StrEnum):
    """What was paid for."""

    STAFF_CARE_OWN = "staffCareOwn"
    STAFF_CARE_HIRED = "staffCareHired"
    STAFF_OTHER_OWN = "staffOtherOwn"
    STAFF_OTHER_HIRED = "staffOtherHired"
    MATERIAL_PATIENT = "materialPatient"
    MATERIAL_OTHER = "materialOther"
    BUILDING_RENT = "buildingRent"
    BUILDING_DEPRECIATION = "buildingDepreciation"
    BUILDING_UPKEEP = "buildingUpkeep"
    INVENTORY = "inventory"
    FINANCING = "financing"
    OTHER = "other"
    REVENUE = "revenue"


class AccountGroup(StrEnum):
    """Line of the annual accounts to which categories tie."""

    OWN_STAFF = "ownStaff"
    HIRED_STAFF = "hiredStaff"
    MATERIAL = "material"
    HOUSING = "housing"
    INVENTORY = "inventory"
    FINANCING = "financing"
    OTHER = "other"
    REVENUE = "revenue"
    TOTAL = "total"


COMPONENT_OF: Mapping[CostCategory, Component] = {
    CostCategory.STAFF_CARE_OWN: Component.LABOUR,
    CostCategory.STAFF_CARE_HIRED: Component.LABOUR,
    CostCategory.STAFF_OTHER_OWN: Component.LABOUR,
    CostCategory.STAFF_OTHER_HIRED: Component.LABOUR,
    CostCategory.MATERIAL_PATIENT: Component.MATERIAL,
    CostCategory.MATERIAL_OTHER: Component.MATERIAL,
    CostCategory.BUILDING_RENT: Component.HOUSING,
    CostCategory.BUILDING_DEPRECIATION: Component.HOUSING,
    CostCategory.BUILDING_UPKEEP: Component.HOUSING,
    CostCategory.INVENTORY: Component.INVENTORY,
    CostCategory.FINANCING: Component.CAPITAL,
    CostCategory.OTHER: Component.MATERIAL,
    CostCategory.REVENUE: Component.MATERIAL,
}
"""Revenue is deducted from the component of the category it names; revenue that names none falls under material."""

ACCOUNT_GROUP_OF: Mapping[CostCategory, AccountGroup] = {
    CostCategory.STAFF_CARE_OWN: AccountGroup.OWN_STAFF,
    CostCategory.STAFF_CARE_HIRED: AccountGroup.HIRED_STAFF,
    CostCategory.STAFF_OTHER_OWN: AccountGroup.OWN_STAFF,
    CostCategory.STAFF_OTHER_HIRED: AccountGroup.HIRED_STAFF,
    CostCategory.MATERIAL_PATIENT: AccountGroup.MATERIAL,
    CostCategory.MATERIAL_OTHER: AccountGroup.MATERIAL,
    CostCategory.BUILDING_RENT: AccountGroup.HOUSING,
    CostCategory.BUILDING_DEPRECIATION: AccountGroup.HOUSING,
    CostCategory.BUILDING_UPKEEP: AccountGroup.HOUSING,
    CostCategory.INVENTORY: AccountGroup.INVENTORY,
    CostCategory.FINANCING: AccountGroup.FINANCING,
    CostCategory.OTHER: AccountGroup.OTHER,
    CostCategory.REVENUE: AccountGroup.REVENUE,
}

COMPONENT_TEXT: Mapping[Component, Text] = {
    Component.LABOUR: Text("personeel", "labour"),
    Component.MATERIAL: Text("materieel", "material"),
    Component.INVENTORY: Text("inventaris", "inventory"),
    Component.HOUSING: Text("huisvesting", "housing"),
    Component.CAPITAL: Text("financiering", "capital"),
}

CATEGORY_TEXT: Mapping[CostCategory, Text] = {
    CostCategory.STAFF_CARE_OWN: Text("Zorgpersoneel in loondienst", "Care staff, own"),
    CostCategory.STAFF_CARE_HIRED: Text("Zorgpersoneel, ingehuurd", "Care staff, hired"),
    CostCategory.STAFF_OTHER_OWN: Text("Overig personeel in loondienst", "Other staff, own"),
    CostCategory.STAFF_OTHER_HIRED: Text("Overig personeel, ingehuurd", "Other staff, hired"),
    CostCategory.MATERIAL_PATIENT: Text("Patiëntgebonden materiaal", "Patient-bound material"),
    CostCategory.MATERIAL_OTHER: Text("Overig materiaal", "Other material"),
    CostCategory.BUILDING_RENT: Text("Huur van gebouwen", "Building rent"),
    CostCategory.BUILDING_DEPRECIATION: Text("Afschrijving van gebouwen", "Building depreciation"),
    CostCategory.BUILDING_UPKEEP: Text("Onderhoud van gebouwen", "Building upkeep"),
    CostCategory.INVENTORY: Text("Inventaris", "Inventory"),
    CostCategory.FINANCING: Text("Financieringskosten", "Financing cost"),
    CostCategory.OTHER: Text("Overige kosten", "Other cost"),
    CostCategory.REVENUE: Text("Af: opbrengsten (negatief)", "Less: revenue (negative)"),
}

ACCOUNT_TEXT: Mapping[AccountGroup, Text] = {
    AccountGroup.OWN_STAFF: Text("Personeel in loondienst", "Own staff"),
    AccountGroup.HIRED_STAFF: Text("Ingehuurd personeel", "Hired staff"),
    AccountGroup.MATERIAL: Text("Materiaal", "Material"),
    AccountGroup.HOUSING: Text("Gebouwen: huur, afschrijving, onderhoud", "Buildings: rent, depreciation, upkeep"),
    AccountGroup.INVENTORY: Text("Inventaris", "Inventory"),
    AccountGroup.FINANCING: Text("Financiering", "Financing"),
    AccountGroup.OTHER: Text("Overige kosten", "Other cost"),
    AccountGroup.REVENUE: Text("Af te trekken opbrengsten (negatief)", "Revenue to deduct (negative)"),
    AccountGroup.TOTAL: Text("Totaal", "Total"),
}
