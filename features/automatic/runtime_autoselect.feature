@rule-auto-select-per-entry @core
Feature: KServe selects a runtime automatically only for formats with autoSelect
  Each entry in a runtime's list of formats can set autoSelect: true. KServe considers only such entries for a service
  that names no runtime. autoSelect defaults to false.

  @claim-d4 @documented
  Scenario: An entry with autoSelect true is a candidate
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"

  @claim-d4 @documented
  Scenario Outline: An entry with autoSelect "<autoSelect>" is not a candidate
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect   |
      | sklearn | 1       | <autoSelect> |
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | autoSelect |
      | false      |
      |            |

  @documented
  Scenario: KServe selects the runtime with autoSelect
    Given these ClusterServingRuntimes
      | name        | format  | version | autoSelect |
      | a-server    | sklearn | 1       | false      |
      | b-server    | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  Rule: autoSelect applies to a single entry

    Background:
      Given a ClusterServingRuntime "model-server"
        | format  | version | autoSelect |
        | sklearn | 0       | true       |
        | sklearn | 1       | false      |
        | xgboost | 1       |            |

    @documented
    Scenario: The version with autoSelect is selected
      When a service in namespace "team-a" requests "sklearn" version "0"
      Then it runs on ClusterServingRuntime "model-server"

    @documented
    Scenario: The version without autoSelect is not selected
      When a service in namespace "team-a" requests "sklearn" version "1"
      Then it has no runtime because of "NoSupportingRuntime"

    @documented
    Scenario: One version with autoSelect is enough for a service without a version
      When a service in namespace "team-a" requests "sklearn"
      Then it runs on ClusterServingRuntime "model-server"

    @documented
    Scenario: autoSelect of one format does not apply to the other formats of the runtime
      When a service in namespace "team-a" requests "xgboost"
      Then it has no runtime because of "NoSupportingRuntime"
