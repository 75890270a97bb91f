@rule-auto-select-per-entry @core
Feature: A runtime is chosen automatically only for formats that it offers for automatic choice
  Each entry in a runtime's list of formats may say autoSelect: true. Only such entries count when KServe chooses;
  the others are for services that name the runtime. An entry that says nothing is not offered.

  @claim-d4 @documented
  Scenario: An entry with autoSelect true is offered
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"

  @claim-d4 @documented
  Scenario Outline: An entry is not offered with autoSelect "<autoSelect>"
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
  Scenario: Of two runtimes the one that is offered is chosen
    Given these ClusterServingRuntimes
      | name        | format  | version | autoSelect |
      | a-server    | sklearn | 1       | false      |
      | b-server    | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  Rule: Each entry is offered for itself

    Background:
      Given a ClusterServingRuntime "model-server"
        | format  | version | autoSelect |
        | sklearn | 0       | true       |
        | sklearn | 1       | false      |
        | xgboost | 1       |            |

    @documented
    Scenario: The offered version is chosen
      When a service in namespace "team-a" requests "sklearn" version "0"
      Then it runs on ClusterServingRuntime "model-server"

    @documented
    Scenario: The version that is not offered is not chosen
      When a service in namespace "team-a" requests "sklearn" version "1"
      Then it has no runtime because of "NoSupportingRuntime"

    @documented
    Scenario: One offered version is enough for a service that asks for none
      When a service in namespace "team-a" requests "sklearn"
      Then it runs on ClusterServingRuntime "model-server"

    @documented
    Scenario: Another format of the runtime is not offered with it
      When a service in namespace "team-a" requests "xgboost"
      Then it has no runtime because of "NoSupportingRuntime"
