@rule-priority-check-gaps @extended @since-0.11.1
Feature: The webhook does not detect every tie between runtimes
  The webhook rejects runtimes that tie, but it compares only runtimes of one scope that list a common protocol and
  exactly the same version. Runtimes that it does not compare can still compete for the same services.

  Scenario Outline: Equal priorities are accepted between <what>
    Given a <first>
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a <second> is applied
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    Then the runtime is accepted

    Examples:
      | what                                 | first                                                                | second                                                                    |
      | a namespace and the cluster          | ClusterServingRuntime "first-server" that speaks "v1"                | ServingRuntime "second-server" in namespace "team-a" that speaks "v1"     |
      | the cluster and a namespace          | ServingRuntime "first-server" in namespace "team-a" that speaks "v1" | ClusterServingRuntime "second-server" that speaks "v1"                    |
      | two namespaces                       | ServingRuntime "first-server" in namespace "team-a" that speaks "v1" | ServingRuntime "second-server" in namespace "team-b" that speaks "v1"     |
      | runtimes without a common protocol   | ClusterServingRuntime "first-server" that speaks "v1"                | ClusterServingRuntime "second-server" that speaks "v2"                    |
      | one without protocols and one with   | ClusterServingRuntime "first-server"                                 | ClusterServingRuntime "second-server" that speaks "v1"                    |
      | one with protocols and one without   | ClusterServingRuntime "first-server" that speaks "v1"                | ClusterServingRuntime "second-server"                                     |
      | two without protocols                | ClusterServingRuntime "first-server"                                 | ClusterServingRuntime "second-server"                                     |
      | a single-model and a multi-model one | ClusterServingRuntime "first-server" that speaks "v1"                | ClusterServingRuntime "second-server" that is multi-model and speaks "v1" |

  Scenario Outline: Equal priorities are accepted for <what>
    Given a ClusterServingRuntime "first-server" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a ClusterServingRuntime "second-server" that speaks "v1" is applied
      | format  | version   | autoSelect   | priority |
      | sklearn | <version> | <autoSelect> | 1        |
    Then the runtime is accepted

    Examples:
      | what                                        | version | autoSelect |
      | an entry without a version next to one with |         | true       |
      | versions that are written differently       | 1.0     | true       |
      | an entry without autoSelect                 | 1       | false      |

  Scenario: Two runtimes without priorities are accepted
    Given a ClusterServingRuntime "first-server" that speaks "v1"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a ClusterServingRuntime "second-server" that speaks "v1" is applied
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    Then the runtime is accepted

  Scenario: A runtime without protocols is accepted next to one with an equal priority
    Given a ServingRuntime "b-server" in namespace "team-a" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a ServingRuntime "a-server" in namespace "team-a" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    Then the runtime is accepted
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "b-server" in namespace "team-a"

  @claim-d11
  Scenario: The documentation forbids equal priorities regardless of protocols
    Given a ClusterServingRuntime "first-server"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a ClusterServingRuntime "second-server" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    Then the runtime is rejected

  @since-0.15.0
  Scenario: A multi-node runtime is rejected because of a runtime with which it never competes
    Given a ClusterServingRuntime "one-node" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a ClusterServingRuntime "many-node" that is multi-node and speaks "v1" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    Then the runtime is rejected
