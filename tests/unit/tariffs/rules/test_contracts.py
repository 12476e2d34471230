import pytest

from services.tariffs.rules.contracts import NOTHING_AGREED, ContractBasis, NotAContract, agreed_millionths


@pytest.mark.parametrize(
    ("basis", "value", "millionths"),
    [
        (ContractBasis.NONE, "", NOTHING_AGREED),
        (ContractBasis.FIXED, "", NOTHING_AGREED),
        (ContractBasis.MAX_MAX, "", NOTHING_AGREED),
        (ContractBasis.MAX_MAX, "1.08", 1_080_000),
        (ContractBasis.PERCENTAGE, "0.95", 950_000),
        (ContractBasis.PERCENTAGE, "1", 1_000_000),
        (ContractBasis.PERCENTAGE, "0.000001", 1),
        (ContractBasis.PERCENTAGE, "2", 2_000_000),
        (ContractBasis.FIXED_PASS_THROUGH, "0", 0),
        (ContractBasis.FIXED_PASS_THROUGH, "0.5", 500_000),
        (ContractBasis.FIXED_PASS_THROUGH, "1.000000", 1_000_000),
    ],
)
def test_the_agreed_value_is_kept_in_whole_millionths(basis, value, millionths):
    assert agreed_millionths(basis, value) == millionths


@pytest.mark.parametrize(
    ("basis", "value", "code"),
    [
        (ContractBasis.NONE, "1", "contract_value_not_empty"),
        (ContractBasis.FIXED, "0.95", "contract_value_not_empty"),
        (ContractBasis.PERCENTAGE, "", "contract_value_not_a_ratio"),
        (ContractBasis.FIXED_PASS_THROUGH, "", "contract_value_not_a_ratio"),
        (ContractBasis.PERCENTAGE, "95%", "contract_value_not_a_ratio"),
        (ContractBasis.PERCENTAGE, "0,95", "contract_value_not_a_ratio"),
        (ContractBasis.PERCENTAGE, "-0.95", "contract_value_not_a_ratio"),
        (ContractBasis.PERCENTAGE, "9e-1", "contract_value_not_a_ratio"),
        (ContractBasis.PERCENTAGE, "0.1234567", "contract_value_not_a_ratio"),
        (ContractBasis.MAX_MAX, "NaN", "contract_value_not_a_ratio"),
        (ContractBasis.PERCENTAGE, "0", "contract_value_out_of_range"),
        (ContractBasis.PERCENTAGE, "95", "contract_value_out_of_range"),
        (ContractBasis.PERCENTAGE, "2.000001", "contract_value_out_of_range"),
        (ContractBasis.MAX_MAX, "0.0", "contract_value_out_of_range"),
        (ContractBasis.FIXED_PASS_THROUGH, "1.000001", "contract_value_out_of_range"),
    ],
)
def test_a_value_that_does_not_fit_its_basis_is_refused_with_the_remedy(basis, value, code):
    with pytest.raises(NotAContract) as refused:
        agreed_millionths(basis, value)
    assert refused.value.code == code
    assert refused.value.reason.nl
    assert refused.value.reason.en == str(refused.value)
